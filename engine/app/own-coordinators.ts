/** The coordinators of this device: started when a share first needs one, and again at the port of an old link. */

import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { isLoopback } from './addresses.ts'
import type { AppOptions, CoordinatorStarter } from './app.ts'
import {
  nameAddresses,
  ownAddresses,
  portOf,
  startEmbeddedCoordinator,
  type Addresses,
  type EmbeddedCoordinator,
} from './embedded-coordinator.ts'
import { isEqualData } from './equal-data.ts'

/** STUN servers that are handed to every device that joins: its ICE library takes one, so these are plenty. */
const MAX_STUN_SERVERS = 4

export interface OwnCoordinatorsOptions {
  readonly start: CoordinatorStarter
  readonly dataDir: string
  readonly listen: AppOptions['listen']
  /** The person's own servers, as they are at the moment. */
  iceServers(): readonly IceServer[]
  readonly log: NonNullable<AppOptions['log']>
}

interface Running {
  readonly host: string
  readonly coordinator: EmbeddedCoordinator
  readonly iceServers: readonly IceServer[]
}

export class OwnCoordinators {
  readonly #options: OwnCoordinatorsOptions
  #running: Running[] = []
  /** One start or end at a time: two shares at once need one coordinator, not two. */
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: OwnCoordinatorsOptions) {
    this.#options = options
  }

  /** Addresses as they are now: a laptop moves between networks. Throws AppError `coordinator.*`. */
  forNewShare(): Promise<Addresses> {
    return this.#oneAtATime(async () => {
      const listen = this.#options.listen ?? { host: '::', port: undefined }
      const fitting = this.#running.find(({ host }) => host === listen.host)
      const { coordinator } = fitting ?? (await this.#start(listen, []))
      return nameAddresses(this.#options.dataDir, { host: listen.host, port: coordinator.port })
    })
  }

  /** For an old link: nothing if it leads elsewhere. Throws AppError `coordinator.port-taken`. */
  forOldShare(coordinators: readonly CoordinatorAddress[]): Promise<void> {
    return this.#oneAtATime(async () => {
      const own = await ownAddresses(this.#options.dataDir, coordinators)
      const port = portOf(own[0])
      if (port === undefined || this.#running.some(({ coordinator }) => coordinator.port === port)) return
      const wasLoopback = own.every(({ host }) => isLoopback(host.replace(/:\d+$/, '')))
      const host = this.#options.listen?.host ?? (wasLoopback ? '127.0.0.1' : '::')
      await this.#start({ host, port: undefined }, own)
    })
  }

  /** Ends those that hand out other servers than the person has now. Whoever needs them starts them again. */
  endOutdated(): Promise<void> {
    return this.#oneAtATime(async () => {
      const handedOut = this.#handedOut()
      const outdated = this.#running.filter(({ iceServers }) => !isEqualData(iceServers, handedOut))
      this.#running = this.#running.filter((running) => !outdated.includes(running))
      await Promise.allSettled(outdated.map(({ coordinator }) => coordinator.close()))
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#oneAtATime(async () => {
      await Promise.allSettled(this.#running.splice(0).map(({ coordinator }) => coordinator.close()))
    })
  }

  async #start(
    listen: NonNullable<AppOptions['listen']>,
    resumed: readonly CoordinatorAddress[],
  ): Promise<Running> {
    if (this.#isClosed) throw new Error('closed')
    const { start, dataDir, log } = this.#options
    const iceServers = this.#handedOut()
    const coordinator = await startEmbeddedCoordinator({ start, dataDir, listen, iceServers, resumed, log })
    const running = { host: listen.host, coordinator, iceServers }
    this.#running.push(running)
    return running
  }

  /** A person's own relay has a password: it stays here, and helps the other side from here all the same. */
  #handedOut(): IceServer[] {
    return this.#options
      .iceServers()
      .filter((server) => server.credential === undefined && server.username === undefined)
      .slice(0, MAX_STUN_SERVERS)
  }

  #oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.catch(() => undefined).then(work)
    this.#last = done
    return done
  }
}

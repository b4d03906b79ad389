/** A share whose owner comes and goes, and with which a hostile peer can do what it likes. */

import path from 'node:path'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator } from '#coordinator/server.ts'
import type { Engine, Transfer } from '#engine/engine.ts'
import { openEngine } from '#engine/open-engine.ts'
import { topicOf } from '#shared/share/keys.ts'
import { parseLink } from '#shared/share/link.ts'
import { eventually, within } from './eventually.ts'
import { KnownShare, type ShareKnowledge } from './known-share.ts'

export class TrueShare extends KnownShare implements AsyncDisposable {
  readonly #engine: Engine
  readonly #shortId: string
  readonly #resources: AsyncDisposableStack

  private constructor(
    known: ShareKnowledge,
    owner: { shortId: string; engine: Engine; resources: AsyncDisposableStack },
  ) {
    super(known)
    this.#shortId = owner.shortId
    this.#engine = owner.engine
    this.#resources = owner.resources
  }

  /**
   * Shares a folder at a coordinator of its own. The owner is away until `serve`; the description is at the
   * coordinator.
   *
   * @param home data folder of the owner
   */
  static async create(folder: string, home: string): Promise<TrueShare> {
    await using resources = new AsyncDisposableStack()
    const store = new MemorySummaryStore()
    const coordinator = resources.use(await startCoordinator({ host: '127.0.0.1', port: 0, store }))
    const engine = resources.use(
      await openEngine({
        dataDir: home,
        deviceName: 'owner',
        network: { iceServers: [], routePolicy: 'automatic', bindAddress: '127.0.0.1' },
      }),
    )
    const coordinators = [{ host: `127.0.0.1:${coordinator.port}`, isTls: false }] as const
    const transfer = await engine.send({ paths: [folder], coordinators })
    const known = await KnownShare.look(transfer.link, home, path.dirname(folder))
    const topic = topicOf(parseLink(transfer.link).publicKey)
    await eventually('the description at the coordinator', () => store.get(topic, Date.now()))
    await transfer.stop()
    return new TrueShare(known, { shortId: transfer.shortId, engine, resources: resources.move() })
  }

  /** The owner comes online. `stop` the transfer to send it away again. */
  async serve(): Promise<Transfer> {
    const transfer = await this.#engine.resumeSend(this.#shortId)
    await eventually('the owner to serve', () => {
      const { state, coordinator } = transfer.view()
      return state === 'seeding' && coordinator === 'online'
    })
    return transfer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await within('the end of the owner', this.#resources.disposeAsync(), 20_000)
  }
}

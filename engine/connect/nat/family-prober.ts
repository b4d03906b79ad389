/**
 * Measures one family of addresses. What changes a router's count of ports comes in a fixed order, because a regular step
 * shows only when nothing else maps in between: first one socket to several servers, then fresh sockets, then the rest.
 */

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Filtering } from '#shared/protocol/network-facts.ts'
import { isLocalAddress } from '../route.ts'
import type { Endpoint } from '../turn/stun-values.ts'
import { mappingOf, stepOf, type Sample } from './nat-behaviour.ts'
import type { AddressFamily, FamilyProbe, ProbeOptions, ServerProbe } from './network-probe.ts'
import { hasFamily, ownAddresses } from './own-addresses.ts'
import type { StunDestination } from './stun-destinations.ts'
import { StunSocket, type AskingTimes, type StunAnswer } from './stun-socket.ts'

/** For answers that should come: a lost packet or two are made good. Nothing by then: UDP is blocked. Milliseconds. */
const ASKING: AskingTimes = { repeatsMs: [250, 500, 1000], limitMs: 1500 }
/** For answers that may well not come, over and above two round trips. Milliseconds. */
const DOUBTFUL_REPEATS_MS = [120, 240]
const DOUBTFUL_LIMIT_MS = 450
/** When one server has answered, another that has not is waited for no longer than this. Milliseconds. */
const SECOND_ANSWER_MS = 500
/** Sockets, one after another, that show whether ports go on regularly. */
const FRESH_SOCKETS = 4
const TRANSACTION_BYTES = 12

/** A server that has answered. */
interface Answered {
  readonly at: Endpoint
  readonly answer: StunAnswer
}

export class FamilyProber {
  readonly servers: ServerProbe[]
  readonly #family: AddressFamily
  readonly #destinations: readonly StunDestination[]
  readonly #options: ProbeOptions
  #found: FamilyProbe = {
    mapping: 'unknown',
    filtering: 'unknown',
    mapped: undefined,
    step: undefined,
    turnsRound: undefined,
  }

  constructor(family: AddressFamily, destinations: readonly StunDestination[], options: ProbeOptions) {
    this.#family = family
    this.#destinations = destinations
    this.#options = options
    this.servers = hasFamily(family, options.bindAddress)
      ? destinations.map(({ server, address }) => ({
          server,
          family,
          address,
          roundTripMs: undefined,
          mapped: undefined,
        }))
      : []
  }

  get found(): FamilyProbe {
    return this.#found
  }

  /** Rejects with the signal's reason only. */
  async run(progress: () => void, signal: AbortSignal): Promise<void> {
    const add = (more: Partial<FamilyProbe>): void => {
      this.#found = { ...this.#found, ...more }
      progress()
    }
    if (!hasFamily(this.#family, this.#options.bindAddress)) return add({ mapping: 'none' })
    if (this.#destinations.length === 0) return
    try {
      const first = await this.#askServers(add, signal)
      if (first === undefined) return
      await Promise.all([
        this.#probeFiltering(first, signal).then((filtering) => add({ filtering })),
        this.#probeHairpin(first, signal).then((turnsRound) => add({ turnsRound })),
      ])
    } catch {
      // Only sockets that cannot be had, besides the signal: what is known stays, the rest is unknown.
      signal.throwIfAborted()
    }
  }

  /** @returns one that answered, with a second address if there is such a one */
  async #askServers(
    add: (more: Partial<FamilyProbe>) => void,
    signal: AbortSignal,
  ): Promise<Answered | undefined> {
    using socket = await this.#open()
    const answered = await this.#askAll(socket, signal)
    const first = answered.find(({ answer }) => answer.other !== undefined) ?? answered[0]
    if (first === undefined) {
      add({ mapping: socket.hasNoWayOut ? 'none' : 'blocked' })
      return undefined
    }
    add({ mapped: first.answer.mapped })
    const samples = answered.map(({ at, answer }) => ({ destination: at, mapped: answer.mapped }))
    samples.push(...(await this.#askSecondAddress(socket, samples, first, signal)))
    const { localPort } = socket
    const own = new Set(ownAddresses().map(({ address }) => address))
    const mapping = mappingOf(samples, ({ address, port }) => port === localPort && own.has(address))
    if (mapping === 'differs') {
      const step = await this.#findStep(samples, first, signal)
      add(step === undefined ? { mapping: 'random' } : { mapping: 'step', step })
    } else add({ mapping })
    return first
  }

  /** In order, all at once; a dead one is not waited for to the end. */
  async #askAll(socket: StunSocket, signal: AbortSignal): Promise<Answered[]> {
    const answered: (Answered | undefined)[] = this.#destinations.map(() => undefined)
    const { promise: oneIsThere, resolve } = Promise.withResolvers<void>()
    const asking = this.#destinations.map(async ({ address, port }, index) => {
      const at = { address, port }
      const answer = await socket.ask(at, ASKING, signal)
      if (answer === undefined) return
      answered[index] = { at, answer }
      const { mapped, roundTripMs } = answer
      const server = this.servers[index]
      if (server !== undefined) this.servers[index] = { ...server, mapped, roundTripMs }
      resolve()
    })
    const all = Promise.all(asking)
    // The socket closes before those that are not waited for have ended.
    all.catch(() => undefined)
    await Promise.race([all, oneIsThere.then(() => delay(SECOND_ANSWER_MS, undefined, { ref: false }))])
    signal.throwIfAborted()
    return answered.filter((one) => one !== undefined)
  }

  /** Of a server that has one (RFC 5780 §4.3), where servers at two addresses have not answered. */
  async #askSecondAddress(
    socket: StunSocket,
    samples: readonly Sample[],
    { at, answer: { other } }: Answered,
    signal: AbortSignal,
  ): Promise<Sample[]> {
    if (new Set(samples.map(({ destination }) => destination.address)).size > 1) return []
    if (other === undefined || !isFitToAsk(other, at)) return []
    const destinations = [{ address: other.address, port: at.port }, other]
    const answers = await Promise.all(destinations.map((to) => socket.ask(to, ASKING, signal)))
    return destinations.flatMap((destination, index) => {
      const mapped = answers[index]?.mapped
      return mapped === undefined ? [] : [{ destination, mapped }]
    })
  }

  async #findStep(
    samples: readonly Sample[],
    first: Answered,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    // A router with several outside addresses takes any of them: no port is of use without its address.
    if (new Set(samples.map(({ mapped }) => mapped.address)).size > 1) return undefined
    const fresh = await freshPorts(first.at, this.#family, this.#options.bindAddress, FRESH_SOCKETS, signal)
    const all = [...samples.map(({ mapped }) => mapped.port), ...fresh.map(({ port }) => port)]
    return stepOf(all) ?? stepOf(fresh.map(({ port }) => port))
  }

  async #probeFiltering({ at, answer }: Answered, signal: AbortSignal): Promise<Filtering> {
    if (answer.other === undefined) return 'unknown'
    // It must not have sent to the addresses from which it is to be answered.
    using socket = await this.#open()
    const times = doubtful(answer)
    const [fromAll, fromAddress] = await Promise.all([
      socket.isLetIn('both', at, times, signal),
      socket.isLetIn('port', at, times, signal),
    ])
    if (fromAll === true) return 'open'
    if (fromAddress === true) return 'address'
    return fromAll === undefined || fromAddress === undefined ? 'unknown' : 'port'
  }

  async #probeHairpin({ at, answer }: Answered, signal: AbortSignal): Promise<boolean | undefined> {
    if (this.#options.hairpin === false || this.#found.mapping !== 'endpoint') return undefined
    using left = await this.#open()
    using right = await this.#open()
    const [toLeft, toRight] = await Promise.all([left.ask(at, ASKING, signal), right.ask(at, ASKING, signal)])
    if (toLeft === undefined || toRight === undefined) return undefined
    // Both, so that each is let in as an answer where only those are let in.
    const marks = { left: randomBytes(TRANSACTION_BYTES), right: randomBytes(TRANSACTION_BYTES) }
    const { repeatsMs, limitMs } = doubtful(answer)
    const isHeard = (): boolean => left.hasHeard(marks.right) && right.hasHeard(marks.left)
    for (const pauseMs of [...repeatsMs.map(() => limitMs / 4), limitMs / 4]) {
      left.hail(toRight.mapped, marks.left)
      right.hail(toLeft.mapped, marks.right)
      await delay(pauseMs, undefined, { signal }).catch(() => undefined)
      signal.throwIfAborted()
      if (isHeard()) return true
    }
    return false
  }

  #open(): Promise<StunSocket> {
    return StunSocket.open(this.#family, this.#options.bindAddress)
  }
}

/**
 * As whom sockets that were never used before are seen, in the order in which they sent; those without an answer are left
 * out. Rejects with the signal's reason, or where no socket can be had.
 */
export async function freshPorts(
  server: Endpoint,
  family: AddressFamily,
  bindAddress: string | undefined,
  count: number,
  signal: AbortSignal,
): Promise<Endpoint[]> {
  await using owned = new AsyncDisposableStack()
  const sockets: StunSocket[] = []
  while (sockets.length < count) sockets.push(owned.use(await StunSocket.open(family, bindAddress)))
  const answers = await Promise.all(sockets.map((socket) => socket.ask(server, ASKING, signal)))
  return answers.flatMap((answer) => (answer === undefined ? [] : [answer.mapped]))
}

/** What a server calls its second address may be anything: it must not make this device ask around in its own network. */
function isFitToAsk(other: Endpoint, server: Endpoint): boolean {
  if (other.port === 0 || other.address.includes(':') !== server.address.includes(':')) return false
  // “This network”, many at a time, everybody (RFC 6890).
  if (/^(?:0\.|22[4-9]\.|2[3-5]\d\.|::$|ff)/i.test(other.address)) return false
  return !isLocalAddress(other.address) || isLocalAddress(server.address)
}

function doubtful({ roundTripMs }: StunAnswer): AskingTimes {
  return { repeatsMs: DOUBTFUL_REPEATS_MS, limitMs: DOUBTFUL_LIMIT_MS + 2 * Math.min(roundTripMs, 400) }
}

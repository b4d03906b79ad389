/** One relay address at a TURN server, from the request for it until it is given back. */

import { AppError } from '#shared/errors.ts'
import { ATTRIBUTE, METHOD } from './stun-message.ts'
import { addressOf, encodeXorAddress, numberValue, type Endpoint } from './stun-values.ts'
import { TurnClient, type TurnClientOptions } from './turn-client.ts'

/** IANA number of UDP, in the first of four bytes: what the relay speaks to peers. */
const UDP = 17 << 24
/** How long giving back may take; the server forgets by itself after ten minutes. Milliseconds. */
const RELEASE_LIMIT_MS = 1000

export class Allocation implements AsyncDisposable {
  /** Where peers reach the relay. */
  readonly relayed: Endpoint
  /** This side as the server sees it. */
  readonly mapped: Endpoint
  readonly #client: TurnClient

  private constructor(client: TurnClient, relayed: Endpoint, mapped: Endpoint) {
    this.#client = client
    this.relayed = relayed
    this.mapped = mapped
  }

  /** Takes the client over. Rejects with AppError `turn.*`, or the signal's reason. */
  static async request(client: TurnClient, signal: AbortSignal): Promise<Allocation> {
    using started = new DisposableStack()
    started.use(client)
    const answer = await client.request(
      METHOD.allocate,
      () => [{ type: ATTRIBUTE.requestedTransport, value: numberValue(UDP) }],
      signal,
    )
    const relayed = addressOf(answer, ATTRIBUTE.xorRelayedAddress)
    const mapped = addressOf(answer, ATTRIBUTE.xorMappedAddress)
    if (relayed === undefined || mapped === undefined) {
      throw new AppError('turn.protocol', { detail: 'the relay has no address' })
    }
    started.move()
    return new Allocation(client, relayed, mapped)
  }

  /** Opens a client and allocates. */
  static async open(options: TurnClientOptions, signal: AbortSignal): Promise<Allocation> {
    return Allocation.request(await TurnClient.open(options, signal), signal)
  }

  /** Lets a peer through, whatever its port. Rejects with AppError `turn.forbidden` where the server does not like it. */
  async permit({ address }: Endpoint, signal: AbortSignal): Promise<void> {
    await this.#client.request(
      METHOD.createPermission,
      // The port does not count.
      (id) => [{ type: ATTRIBUTE.xorPeerAddress, value: encodeXorAddress({ address, port: 0 }, id) }],
      signal,
    )
  }

  send(to: Endpoint, bytes: Uint8Array): void {
    this.#client.sendData(to, bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using client = this.#client
    const release = { type: ATTRIBUTE.lifetime, value: numberValue(0) }
    // Nobody needs to know when it fails: the socket closes in any case.
    await client
      .request(METHOD.refresh, () => [release], AbortSignal.timeout(RELEASE_LIMIT_MS))
      .catch(() => undefined)
  }
}

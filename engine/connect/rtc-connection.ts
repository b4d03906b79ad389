/**
 * One native WebRTC connection from its first description to its end. Whatever order descriptions and candidates
 * arrive in, the native library sees them in the one it can bear. Its callbacks only enqueue: an exception inside
 * one ends the process.
 */

import nodeDataChannel, { type DataChannel, type PeerConnection } from 'node-datachannel'
import type { RouteView } from '#shared/api/views.ts'
import type { LaneId, Signal } from '#shared/protocol/signals.ts'
import { MAX_FRAME_BYTES } from '#shared/protocol/block-frame.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { ConnectionNetwork } from './network.ts'
import { keepAlive, letGo } from './native-life.ts'
import { RemoteCandidates } from './remote-candidates.ts'
import type { ChosenPair } from './route.ts'
import { checkCandidate, checkDescription, letOffererBegin, type CandidateFacts } from './sdp-check.ts'
import { RtcLane } from './rtc-lane.ts'

/** ICE itself gives up after 39 s; people and retries should not wait for that. Milliseconds. */
const OPEN_LIMIT_MS = 20_000
/**
 * Who is first matters, because the library loses a DTLS message that comes before its side is ready (it is repeated a
 * second later, which hit half of all connections), and checks the certificate against a fingerprint that may not be
 * there yet (which failed one in ten). So the answerer's ICE is to work first and the offerer begins DTLS: the offerer
 * tells its candidates only when it has the answer, and leaves the other side's aside for so long. Milliseconds; it is
 * the price where the answerer cannot get through first, on networks that need hole punching.
 */
const OFFERER_HOLD_MS = 100
/** How long a closing connection may take to send its last words. Milliseconds. */
const LAST_WORDS_MS = 60
const CONTROL = { label: 'control', id: 0 }
const BLOCKS = { label: 'blocks', id: 1 }

interface RtcConnectionEvents {
  signal(signal: Signal): void
  opened(lane: RtcLane): void
  /** It never opened. Not called after `opened` or after `close`. */
  failed(error: AppError): void
}

export interface RtcConnectionOptions {
  readonly lane: LaneId
  readonly role: 'offer' | 'answer'
  readonly network: ConnectionNetwork
  readonly events: RtcConnectionEvents
}

export class RtcConnection {
  readonly lane: LaneId
  readonly #options: RtcConnectionOptions
  readonly #native: PeerConnection
  readonly #inbox: (() => void)[] = []
  readonly #opening: NodeJS.Timeout
  #isScheduled = false
  #hasRemote = false
  readonly #remoteCandidates: RemoteCandidates
  #pair: ChosenPair | null = null
  /** The own ones at relays. */
  readonly #relayed: CandidateFacts[] = []
  #channels: { readonly control: DataChannel; readonly blocks: DataChannel } | undefined
  #openChannels = 0
  #opened: RtcLane | undefined
  #beforeOpen: Parameters<RtcLane['arrive']>[0][] = []
  #isClosed = false
  /** The offering side's own: see OFFERER_HOLD_MS. */
  readonly #heldCandidates: Signal[] = []
  #holding: NodeJS.Timeout | undefined

  constructor(options: RtcConnectionOptions) {
    this.#options = options
    this.lane = options.lane
    this.#remoteCandidates = new RemoteCandidates(options.network, (text, mid) =>
      this.#try(() => this.#native.addRemoteCandidate(text, mid)),
    )
    this.#native = new nodeDataChannel.PeerConnection(options.lane, {
      ...options.network.config(),
      disableAutoNegotiation: true,
      maxMessageSize: 262_144,
    })
    keepAlive(this)
    this.#native.onLocalDescription((sdp, type) => this.#enqueue(() => this.#describe(sdp, type)))
    this.#native.onLocalCandidate((candidate, mid) => this.#enqueue(() => this.#announce(candidate, mid)))
    this.#native.onStateChange((state) => this.#enqueue(() => this.#changeState(state)))
    this.#opening = setTimeout(
      () => this.#fail(new AppError('peer.unreachable', { detail: 'no way was found in time' })),
      OPEN_LIMIT_MS,
    )
  }

  /** Makes the offer. Throws AppError when the library refuses its settings. */
  start(): void {
    this.#openChannelsNow()
    this.#native.setLocalDescription('offer')
  }

  /** The other side's signal. Throws AppError `peer.protocol` on nonsense; the caller closes. */
  receive(signal: Signal): void {
    if (this.#isClosed) return
    switch (signal.kind) {
      case 'offer':
        return this.#acceptDescription(signal.sdp, 'offer')
      case 'answer':
        return this.#acceptDescription(signal.sdp, 'answer')
      case 'candidate':
        return this.#remoteCandidates.accept(signal.candidate, signal.mid)
      case 'refuse':
        return this.#fail(new AppError('peer.unreachable', { detail: `refused: ${signal.reason}` }))
    }
  }

  route(): RouteView | null {
    if (!this.#isClosed) this.#pair ??= this.#native.getSelectedCandidatePair()
    if (this.#pair === null) return null
    const { local, remote } = this.#pair
    // To the library a relay is peer-reflexive when its check comes before the word of it.
    const type = this.#remoteCandidates.typeOf(remote.address, remote.port) ?? remote.type
    return this.#options.network.route({ local, remote: { ...remote, type } })
  }

  roundTripMs(): number {
    return this.#isClosed ? 0 : this.#native.rtt()
  }

  close(): void {
    this.#end('closed')
  }

  #acceptDescription(sdp: string, type: 'offer' | 'answer'): void {
    const isExpected = (type === 'offer') === (this.#options.role === 'answer')
    if (!isExpected || this.#hasRemote) throw new AppError('peer.protocol', { detail: `unexpected ${type}` })
    const checked = letOffererBegin(checkDescription(sdp))
    this.#hasRemote = true
    this.#try(() => this.#native.setRemoteDescription(checked, type))
    if (type === 'offer') {
      this.#openChannelsNow()
      this.#native.setLocalDescription('answer')
    }
    for (const held of this.#heldCandidates) this.#options.events.signal(held)
    this.#heldCandidates.length = 0
    if (type === 'offer') this.#remoteCandidates.release()
    else {
      // By the inbox, where it is caught what the library says of a stranger's candidate.
      const release = (): void => this.#enqueue(() => this.#remoteCandidates.release())
      this.#holding = setTimeout(release, OFFERER_HOLD_MS)
    }
  }

  /** What the library refuses of a stranger's text is the stranger's fault. */
  #try(act: () => void): void {
    try {
      act()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new AppError('peer.protocol', { detail: `refused by the library: ${reason}`, cause })
    }
  }

  #openChannelsNow(): void {
    const make = ({ label, id }: { label: string; id: number }): DataChannel =>
      this.#native.createDataChannel(label, { negotiated: true, id })
    const control = make(CONTROL)
    const blocks = make(BLOCKS)
    this.#channels = { control, blocks }
    for (const channel of [control, blocks]) {
      channel.onOpen(() => this.#enqueue(() => this.#openOne()))
      channel.onClosed(() => this.#enqueue(() => this.#end('channel closed')))
      channel.onError((detail) => this.#enqueue(() => this.#end(`channel error: ${detail}`)))
    }
    blocks.onBufferedAmountLow(() => this.#enqueue(() => this.#opened?.becomeWritable()))
    control.onMessage((message) => this.#enqueue(() => this.#hearControl(message)))
    blocks.onMessage((message) => this.#enqueue(() => this.#hearFrame(message)))
  }

  #openOne(): void {
    if (++this.#openChannels < 2 || this.#channels === undefined || this.#isClosed) return
    clearTimeout(this.#opening)
    const { control, blocks } = this.#channels
    if (blocks.maxMessageSize() < MAX_FRAME_BYTES) {
      this.#fail(new AppError('peer.version', { detail: 'the other side takes only small messages' }))
      return
    }
    const lane = new RtcLane(this.lane, this, control, blocks)
    this.#opened = lane
    for (const arrival of this.#beforeOpen) lane.arrive(arrival)
    this.#beforeOpen = []
    this.#options.events.opened(lane)
  }

  #hearControl(message: string | ArrayBufferLike | Uint8Array): void {
    if (typeof message !== 'string') {
      this.#end('bytes on the control channel')
      return
    }
    this.#hear({ kind: 'control', text: message })
  }

  #hearFrame(message: string | ArrayBufferLike | Uint8Array): void {
    if (typeof message === 'string') {
      this.#end('text on the blocks channel')
      return
    }
    this.#hear({ kind: 'frame', bytes: message instanceof Uint8Array ? message : new Uint8Array(message) })
  }

  #hear(arrival: Parameters<RtcLane['arrive']>[0]): void {
    if (this.#isClosed) return
    if (this.#opened !== undefined) this.#opened.arrive(arrival)
    // One channel may open, and carry the other side's first words, before its twin here has.
    else if (this.#beforeOpen.length < 64) this.#beforeOpen.push(arrival)
    else this.#end('too much before the opening')
  }

  #describe(sdp: string, type: string): void {
    if (this.#isClosed || (type !== 'offer' && type !== 'answer')) return
    // Candidates travel on their own: a relay-only side must not leak others inside the description.
    const lines = sdp.split('\r\n').filter((line) => !/^a=(?:candidate|end-of-candidates)/.test(line))
    this.#options.events.signal({ kind: type, lane: this.lane, sdp: lines.join('\r\n') })
  }

  #announce(candidate: string, mid: string): void {
    const facts = checkCandidate(candidate)
    if (facts.type === 'relay') this.#relayed.push(facts)
    if (this.#isClosed || !this.#options.network.allows(facts, 'local')) return
    const signal: Signal = { kind: 'candidate', lane: this.lane, candidate, mid }
    if (this.#options.role === 'answer' || this.#hasRemote) this.#options.events.signal(signal)
    else this.#heldCandidates.push(signal)
  }

  #changeState(state: string): void {
    if (state === 'failed')
      this.#fail(new AppError('peer.unreachable', { detail: 'every candidate pair failed' }))
    else if (state === 'disconnected' || state === 'closed') this.#end(state)
  }

  #fail(error: AppError): void {
    if (this.#isClosed) return
    if (this.#opened !== undefined) {
      this.#end(error.message)
      return
    }
    this.#release()
    this.#options.events.failed(error)
  }

  #end(reason: string): void {
    if (this.#isClosed) return
    if (this.#opened === undefined && reason !== 'closed') {
      this.#fail(new AppError('peer.unreachable', { detail: reason }))
      return
    }
    this.#release()
    this.#opened?.becomeClosed(reason)
  }

  #release(): void {
    this.#isClosed = true
    clearTimeout(this.#opening)
    clearTimeout(this.#holding)
    this.#inbox.length = 0
    // A last message (`bye`) is still in the native queue; closing at once would drop it.
    const delayMs = this.#opened === undefined ? 0 : LAST_WORDS_MS
    setTimeout(() => {
      this.#channels?.control.close()
      this.#channels?.blocks.close()
      this.#native.close()
      for (const relayed of this.#relayed) this.#options.network.release(relayed)
      letGo(this)
    }, delayMs)
  }

  /** The only thing a native callback does. */
  #enqueue(act: () => void): void {
    if (this.#isClosed) return
    this.#inbox.push(act)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#drain())
  }

  #drain(): void {
    this.#isScheduled = false
    const inbox = this.#inbox.splice(0)
    for (const act of inbox) {
      if (this.#isClosed) return
      try {
        act()
      } catch (error) {
        // The session above catches what a peer does wrong; what comes through is about this connection.
        this.#end(toAppError(error).message)
      }
    }
  }
}

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
import type { Ways } from './ice-settings.ts'
import type { ConnectionNetwork } from './network.ts'
import { LocalCandidates } from './local-candidates.ts'
import type { NetworkMonitor } from './nat/network-monitor.ts'
import { NativeInbox } from './native-inbox.ts'
import { keepAlive, letGo } from './native-life.ts'
import { offererHoldMs } from './offerer-hold.ts'
import { RemoteCandidates } from './remote-candidates.ts'
import type { ChosenPair } from './route.ts'
import { checkDescription, letOffererBegin, withoutCandidates } from './sdp-check.ts'
import { RtcLane } from './rtc-lane.ts'
import { applySctpProfile } from './sctp-profile.ts'

/** ICE itself gives up after 39 s; people and retries should not wait for that. Milliseconds. */
const OPEN_LIMIT_MS = 20_000
/** How long a closing connection may take to send its last words. Milliseconds. */
const LAST_WORDS_MS = 200
const CONTROL = { label: 'control', id: 0 }
const BLOCKS = { label: 'blocks', id: 1 }

interface RtcConnectionEvents {
  signal(signal: Signal): void
  /** ICE has found a way, over which the connection is about to open. */
  reached?(): void
  opened(lane: RtcLane): void
  /** It never opened. Not called after `opened` or after `close`. */
  failed(error: AppError): void
}

export interface RtcConnectionOptions {
  readonly lane: LaneId
  readonly role: 'offer' | 'answer'
  readonly network: ConnectionNetwork
  /** `direct`: no relay on either side; it is to be better than the one in use. */
  readonly ways: Ways
  /** Ports of a router with a regular step are foreseen and told, on the side that has one. Both sides or none. */
  readonly predict: boolean
  /** Foresees and opens ports; without it this side does neither. */
  readonly monitor?: NetworkMonitor | undefined
  readonly events: RtcConnectionEvents
}

export class RtcConnection {
  readonly lane: LaneId
  readonly #options: RtcConnectionOptions
  readonly #native: PeerConnection
  /** The session above catches what a peer does wrong; what comes through is about this connection. */
  readonly #inbox = new NativeInbox((error) => this.#end(toAppError(error).message))
  readonly #opening: NodeJS.Timeout
  readonly #stopHearingOfRelays: () => void
  #hasRemote = false
  readonly #localCandidates: LocalCandidates
  readonly #remoteCandidates: RemoteCandidates
  #pair: ChosenPair | null = null
  #channels: { readonly control: DataChannel; readonly blocks: DataChannel } | undefined
  #openChannels = 0
  #opened: RtcLane | undefined
  #beforeOpen: Parameters<RtcLane['arrive']>[0][] = []
  #isClosed = false
  #holding: NodeJS.Timeout | undefined
  #offeredMs = 0

  constructor(options: RtcConnectionOptions) {
    this.#options = options
    this.lane = options.lane
    this.#localCandidates = new LocalCandidates({
      ...options,
      reached: () => options.events.reached?.(),
      tell: (candidate) => options.events.signal({ kind: 'candidate', lane: this.lane, ...candidate }),
    })
    this.#remoteCandidates = new RemoteCandidates(options.network, options.ways, {
      heard: (facts) => this.#localCandidates.hearRemote(facts),
      add: (text, mid) => this.#try(() => this.#native.addRemoteCandidate(text, mid)),
      later: (act) => this.#inbox.add(act),
    })
    applySctpProfile()
    this.#native = new nodeDataChannel.PeerConnection(options.lane, {
      ...options.network.config(options.ways, options.role),
      disableAutoNegotiation: true,
      maxMessageSize: 262_144,
    })
    keepAlive(this)
    this.#stopHearingOfRelays = options.network.onRelayLost((lost) => {
      const local = this.#readPair()?.local
      if (local?.address === lost.address && local.port === lost.port) this.#end('relay lost')
    })
    this.#native.onLocalDescription((sdp, type) => this.#inbox.add(() => this.#describe(sdp, type)))
    this.#native.onLocalCandidate((candidate, mid) =>
      this.#inbox.add(() => this.#localCandidates.add(candidate, mid)),
    )
    this.#native.onIceStateChange((state) => this.#inbox.add(() => this.#localCandidates.hearIceState(state)))
    this.#native.onGatheringStateChange((state) =>
      this.#inbox.add(() => (state === 'complete' ? this.#localCandidates.gathered() : undefined)),
    )
    this.#native.onStateChange((state) => this.#inbox.add(() => this.#changeState(state)))
    this.#opening = setTimeout(
      () => this.#fail(new AppError('peer.unreachable', { detail: 'no way was found in time' })),
      OPEN_LIMIT_MS,
    )
  }

  /** Makes the offer. Throws AppError when the library refuses its settings. */
  start(): void {
    this.#openChannelsNow()
    this.#offeredMs = performance.now()
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

  /** As it is now: the library may change over to a better pair within seconds of the opening. */
  route(): RouteView | null {
    const pair = this.#readPair()
    if (pair === null) return null
    const { local, remote } = pair
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

  /** The last one, when it is closed. */
  #readPair(): ChosenPair | null {
    if (!this.#isClosed) this.#pair = this.#native.getSelectedCandidatePair() ?? this.#pair
    return this.#pair
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
    const holdMs = offererHoldMs(performance.now() - this.#offeredMs)
    void this.#localCandidates.begin().then(() => {
      // By the inbox, where it is caught what the library says of a stranger's candidate.
      const release = (): void => this.#inbox.add(() => this.#remoteCandidates.release())
      if (type === 'offer') release()
      else this.#holding = setTimeout(release, holdMs)
    })
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
      channel.onOpen(() => this.#inbox.add(() => this.#openOne()))
      channel.onClosed(() => this.#inbox.add(() => this.#end('channel closed')))
      channel.onError((detail) => this.#inbox.add(() => this.#end(`channel error: ${detail}`)))
    }
    blocks.onBufferedAmountLow(() => this.#inbox.add(() => this.#opened?.becomeWritable()))
    control.onMessage((message) => this.#inbox.add(() => this.#hearControl(message)))
    blocks.onMessage((message) => this.#inbox.add(() => this.#hearFrame(message)))
  }

  #openOne(): void {
    if (++this.#openChannels < 2 || this.#channels === undefined || this.#isClosed) return
    clearTimeout(this.#opening)
    const { control, blocks } = this.#channels
    if (blocks.maxMessageSize() < MAX_FRAME_BYTES) {
      this.#fail(new AppError('peer.version', { detail: 'the other side takes only small messages' }))
      return
    }
    const lane = new RtcLane(this.#options, this, control, blocks)
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
    const { ways, predict, events } = this.#options
    const plan =
      type === 'answer' ? {} : { ...(ways === 'any' ? {} : { ways }), ...(predict ? { predict } : {}) }
    events.signal({ kind: type, lane: this.lane, sdp: withoutCandidates(sdp), ...plan })
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
    this.#stopHearingOfRelays()
    clearTimeout(this.#opening)
    clearTimeout(this.#holding)
    this.#localCandidates.close()
    this.#remoteCandidates.close()
    this.#inbox.close()
    // A last message (`bye`) is still in the native queue; closing at once would drop it.
    const delayMs = this.#opened === undefined ? 0 : LAST_WORDS_MS
    setTimeout(() => {
      this.#channels?.control.close()
      this.#channels?.blocks.close()
      this.#native.close()
      this.#localCandidates.releaseRelays()
      letGo(this)
    }, delayMs)
  }
}

/** One share's life on the network: coordinator, connector and swarm, put together. */

import type { LimitSettings } from '#shared/api/settings-views.ts'
import type { NoticeView, PeerView, TransferPriority } from '#shared/api/views.ts'
import { randomBytes } from '#shared/encoding/bytes.ts'
import { TLS_FEATURE, type ByeReason, type TlsMessage } from '#shared/protocol/peer-messages.ts'
import type { LaneId } from '#shared/protocol/signals.ts'
import { topicOf, type PeerId, type ShareKeys, type Topic } from '#shared/share/keys.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { systemClock } from '#shared/swarm/clock.ts'
import { MAX_LANES_PER_PEER } from '#shared/swarm/lane-limits.ts'
import { Pace } from '#shared/swarm/pace.ts'
import type { PeerSession } from '#shared/swarm/peer-session.ts'
import { Swarm } from '#shared/swarm/swarm.ts'
import type { SwarmEvents } from '#shared/swarm/swarm-events.ts'
import { Connector } from './connect/connector.ts'
import type { PeerLook } from './connect/connector-options.ts'
import { EarlyStream } from './connect/tls/early-stream.ts'
import { TlsDesk } from './connect/tls/tls-desk.ts'
import { TlsOpening } from './connect/tls/tls-opening.ts'
import type { PeerLanes } from './connect/tls/tls-prospect.ts'
import { CoordinatorClient, type CoordinatorState, type TopicSession } from './coordinator-client/client.ts'
import type { EngineParts } from './engine-settings.ts'
import { viewPeer } from './peer-view.ts'
import { AGENT } from './version.ts'

/** Bytes of a join token. */
const TOKEN_BYTES = 16

export interface ShareSessionOptions {
  readonly keys: ShareKeys
  readonly coordinators: readonly [CoordinatorAddress, ...CoordinatorAddress[]]
  readonly parts: EngineParts
  readonly events: Pick<SwarmEvents, 'summary' | 'manifest' | 'written' | 'done' | 'failed' | 'changed'> & {
    notice(notice: NoticeView): void
    /** A peer stopped because its source is not what was offered any more. */
    withdrawn(): void
  }
}

export class ShareSession {
  readonly topic: Topic
  readonly client: CoordinatorClient
  readonly swarm: Swarm
  readonly #session: TopicSession
  readonly #connector: Connector
  /** Undefined where no TLS lanes are wanted. */
  readonly #tls: TlsDesk | undefined
  readonly #opening: TlsOpening
  readonly #up: Pace
  readonly #down: Pace
  readonly #log: EngineParts['log']
  readonly #unsubscribe: (() => void)[] = []
  #isClosed = false

  constructor(options: ShareSessionOptions) {
    const { keys, parts, events } = options
    const { network, deviceName, limits } = parts.settings
    // Whoever hides the own address behind a relay listens nowhere and dials nobody.
    const hasTls = (network.tlsLanes ?? true) && network.routePolicy !== 'relay'
    this.#opening = new TlsOpening(network.bindAddress)
    this.topic = topicOf(keys.publicKey)
    this.#log = parts.log
    this.#up = new Pace(systemClock, parts.settings.up)
    this.#down = new Pace(systemClock, parts.settings.down)
    this.client = new CoordinatorClient({
      addresses: options.coordinators,
      proxy: network.proxy,
      earlyDial: parts.earlyDial,
      log: this.#log,
    })
    this.client.onState(() => events.changed())
    this.#session = this.client.join(this.topic, randomBytes(TOKEN_BYTES))
    this.swarm = new Swarm({
      keys,
      name: deviceName,
      agent: AGENT,
      self: this.#session.peerId,
      features: hasTls ? [TLS_FEATURE] : [],
      clock: systemClock,
      up: this.#up,
      down: this.#down,
      maxLanes: network.maxLanes ?? MAX_LANES_PER_PEER,
      events: {
        ...events,
        changed: () => {
          this.#tls?.look()
          events.changed()
        },
        left: (peer, reason) => {
          this.#log('peer.left', { reason })
          if (reason === 'source-changed') events.withdrawn()
          if (reason === 'full') this.#connector.keepApart(peer)
        },
        wantsLanes: (peer, count) => this.#connector.wantLanes(peer, count),
        laneGone: (peer, lane, reason) => this.#laneGone(peer, lane, reason),
        laneHealth: (peer, lane, isSuspect) => {
          this.#log('lane.health', { isSuspect })
          this.#connector.laneHealth(peer, lane, isSuspect)
        },
        signal: (peer, box) => this.#connector.hearSignal(peer, box),
        tls: (peer, lane, message) => this.#hearTls(peer, lane, message),
        banned: (peer, error) => {
          this.#log('peer.banned', { code: error.code, detail: error.detail ?? '' })
          events.notice({ code: 'peer-banned', count: 1, text: error.code })
        },
      },
    })
    this.#connector = new Connector({
      keys,
      session: this.#session,
      policy: network.routePolicy,
      iceServers: network.iceServers,
      bindAddress: network.bindAddress,
      portRange: network.portRange,
      health: parts.settings.serverHealth,
      proxy: network.proxy,
      maxConnections: limits.connections,
      isRelayFirst: network.isRelayFirst,
      monitor: parts.monitor,
      swarm: {
        look: (peer) => this.#look(peer),
        signal: (peer, box) => this.swarm.signal(peer, box),
        canReach: (peer) => this.swarm.introductions?.canReach(peer) === true,
        strangers: () => this.swarm.introductions?.strangers() ?? [],
        isHungry: () => this.swarm.isHungry,
        links: () => this.swarm.links(),
        part: (peer) => this.swarm.drop(peer, 'full'),
        closeStreams: (peer) => {
          const lanes = this.swarm.sessions.get(peer)?.lanes.values() ?? []
          for (const { lane, isStream } of lanes) if (isStream) lane.close()
        },
      },
      streams: hasTls ? { early: (peer, lane) => this.#earlyStream(peer, lane) } : undefined,
      log: this.#log,
      events: {
        // Perhaps it is not the peer that is gone but this device's network, and the coordinator with it.
        silent: () => this.client.renew(),
        opened: (peer, lane) => this.swarm.addLane(peer, lane),
        isBanned: (peer) => this.swarm.isBanned(peer),
        changed: () => events.changed(),
        unusedServers: (urls) =>
          events.notice({ code: 'servers-unused', count: urls.length, text: urls.join(', ') }),
      },
    })
    if (hasTls) this.#tls = this.#openTls(() => events.changed())
    this.setLimits(limits)
    const { monitor } = parts
    const tellFacts = (): void => this.swarm.learnNetwork(this.#connector.facts)
    tellFacts()
    if (monitor !== undefined) {
      this.#unsubscribe.push(
        monitor.onFacts(tellFacts),
        monitor.onMoved(() => {
          this.#log('network.moved', {})
          this.client.renew()
          this.swarm.probe()
          this.#tls?.moved()
        }),
      )
    }
  }

  /** At once. */
  setLimits(limits: LimitSettings): void {
    this.#up.setLimit(limits.upBytesPerSecondPerTransfer)
    this.#down.setLimit(limits.downBytesPerSecondPerTransfer)
    this.#connector.setMaxConnections(limits.connections)
  }

  /** Among the transfers of this device, in both directions. */
  setPriority(priority: TransferPriority): void {
    this.#up.setPriority(priority)
    this.#down.setPriority(priority)
  }

  get coordinatorState(): CoordinatorState {
    return this.client.state
  }

  peers(): PeerView[] {
    const views: PeerView[] = []
    for (const session of this.swarm.sessions.values()) {
      const tls = this.#tls?.stateOf(session.peer, session.lanes.values()) ?? 'none'
      views.push(viewPeer(session, this.#connector.routesOf(session.peer), tls))
    }
    for (const { peer, failure } of this.#connector.unconnected()) {
      if (this.swarm.sessions.has(peer)) continue
      const { history } = this.#connector.routesOf(peer)
      views.push({
        peer,
        name: '',
        state: failure === undefined ? 'connecting' : 'failed',
        route: null,
        lanes: [],
        history,
        betterRoute: 'none',
        tls: 'none',
        roundTripMs: null,
        downBytesPerSecond: 0,
        upBytesPerSecond: 0,
        receivedBytes: 0,
        sentBytes: 0,
        completeness: 0,
        failure: failure?.code ?? null,
      })
    }
    return views
  }

  async close(reason: ByeReason): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#tls?.[Symbol.dispose]()
    this.swarm.close(reason)
    this.#connector.close()
    await this.client.close()
  }

  #look(peer: PeerId): PeerLook | undefined {
    const session = this.swarm.sessions.get(peer)
    const lane = session?.mainLane
    if (session === undefined || lane === undefined) return undefined
    return { kind: lane.lane.route()?.kind ?? null, facts: session.network }
  }

  #earlyStream(peer: PeerId, lane: LaneId): EarlyStream {
    return new EarlyStream({
      opening: this.#opening,
      isHungry: () => this.swarm.isHungry,
      begin: (run) => void this.#tls?.beginEarly(peer, lane, run),
    })
  }

  #openTls(changed: () => void): TlsDesk {
    const { sessions } = this.swarm
    return new TlsDesk({
      ownId: this.#session.peerId,
      opening: this.#opening,
      sessions: () => sessions.values().map((session) => lanesOf(session, this.swarm)),
      send: (peer, lane, message) => this.#sendTls(peer, lane, message),
      opened: (peer, lane) => this.swarm.addLane(peer, lane),
      changed,
      log: this.#log,
    })
  }

  /** On the lane that it is about. False when that is gone. */
  #sendTls(peer: PeerId, lane: string, message: TlsMessage): boolean {
    return this.swarm.sessions.get(peer)?.lanes.get(lane)?.send(message) ?? false
  }

  #hearTls(peer: PeerId, lane: string, message: TlsMessage): void {
    if (this.#tls !== undefined) this.#tls.hear(peer, lane, message)
    else if (message.type === 'tls.get') this.#sendTls(peer, lane, { type: 'tls.none' })
  }

  #laneGone(peer: PeerId, lane: string, reason: string): void {
    this.#log('lane.closed', { reason })
    if (this.#isClosed) return
    const isWanted = reason !== 'done' && reason !== 'full' && !this.swarm.isBanned(peer)
    this.#connector.laneGone(peer, lane, isWanted)
  }
}

function lanesOf({ peer, features, readyLanes }: PeerSession, swarm: Pick<Swarm, 'pieces'>): PeerLanes {
  const lanes = readyLanes.map((one) => ({
    id: one.lane.id,
    route: one.lane.route(),
    isSuspect: one.isSuspect,
    isStream: one.isStream,
    // What there is, is asked for as soon as a lane opens: a TLS lane that opens meanwhile carries the first blocks.
    isAwaited: swarm.pieces === undefined || one.outstandingBytes > 0,
  }))
  return { peer, features, lanes }
}

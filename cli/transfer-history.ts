/** What a transfer did over its whole life, gathered from its views: peers leave, the summary still names them. Pure. */

import type { PeerView, RouteKind, RouteReason, TransferView } from '#shared/api/views.ts'
import { connectionWords, peerName } from './route-words.ts'

export interface PeerTotal {
  readonly name: string
  /** The last one seen; null when none was ever known. */
  readonly routeKind: RouteKind | null
  readonly route: string
  /** Why it was that one; null when none was ever known. */
  readonly reason: RouteReason | null
  /** What it ran over, oldest first. */
  readonly history: PeerView['history']
  readonly receivedBytes: number
  readonly sentBytes: number
}

export interface TransferResult {
  readonly role: TransferView['role']
  readonly outcome: 'finished' | 'stopped'
  readonly shortId: string
  readonly title: string
  readonly destination: string | null
  readonly totalBytes: number
  readonly doneBytes: number
  readonly fileCount: number
  readonly resumedBytes: number
  readonly receivedBytes: number
  readonly sentBytes: number
  /** It was passed on as long as it was to be. */
  readonly isSeedLimitReached: boolean
  /** From the first byte asked for or shared until the end; waiting for an answer does not count. */
  readonly durationMs: number
  readonly averageBytesPerSecond: number
  /** Devices that were connected in the end and had not everything; 0 of a receiver. */
  readonly unfinishedCount: number
  readonly peers: readonly PeerTotal[]
}

interface PeerRecord {
  last: PeerView
  /** The last one that was connected: a peer that left has no route any more. */
  lastConnected: PeerView | undefined
  /** Bytes of earlier connections of the same peer, whose counters began anew. */
  receivedBefore: number
  sentBefore: number
}

export class TransferHistory {
  readonly #peers = new Map<string, PeerRecord>()
  #startMs: number | undefined
  #endMs = 0

  observe(view: TransferView, nowMs: number): void {
    const isMoving = ['checking', 'receiving', 'stalled'].includes(view.state)
    if (this.#startMs === undefined && (isMoving || view.peers.some((peer) => peer.sentBytes > 0))) {
      this.#startMs = nowMs
    }
    if (view.role === 'send' ? view.upBytesPerSecond > 0 : isMoving) this.#endMs = nowMs
    for (const peer of view.peers) this.#observePeer(peer)
  }

  result(
    view: TransferView,
    shortId: string,
    outcome: TransferResult['outcome'],
    nowMs: number,
  ): TransferResult {
    this.observe(view, nowMs)
    const start = this.#startMs ?? nowMs
    const durationMs = Math.max(0, (view.role === 'send' ? this.#endMs : nowMs) - start)
    const movedBytes = view.role === 'send' ? view.sentBytes : view.receivedBytes
    return {
      role: view.role,
      outcome,
      shortId,
      title: view.title,
      destination: view.destination,
      totalBytes: view.totalBytes,
      doneBytes: view.doneBytes,
      fileCount: view.fileCount,
      resumedBytes: view.resumedBytes,
      receivedBytes: view.receivedBytes,
      sentBytes: view.sentBytes,
      isSeedLimitReached: view.seed.isReached,
      durationMs: Math.round(durationMs),
      averageBytesPerSecond: durationMs > 0 ? Math.round((movedBytes * 1000) / durationMs) : 0,
      unfinishedCount: view.role === 'send' ? view.peers.filter(isUnfinished).length : 0,
      peers: [...this.#peers.values()].map(totalOf).sort((a, b) => movedBy(b) - movedBy(a)),
    }
  }

  #observePeer(peer: PeerView): void {
    const record = this.#peers.get(peer.peer)
    const lastConnected = peer.route === null ? record?.lastConnected : peer
    if (record === undefined) {
      this.#peers.set(peer.peer, { last: peer, lastConnected, receivedBefore: 0, sentBefore: 0 })
      return
    }
    if (peer.receivedBytes < record.last.receivedBytes) record.receivedBefore += record.last.receivedBytes
    if (peer.sentBytes < record.last.sentBytes) record.sentBefore += record.last.sentBytes
    record.last = peer
    record.lastConnected = lastConnected
  }
}

function totalOf(record: PeerRecord): PeerTotal {
  const shown = record.lastConnected ?? record.last
  return {
    name: peerName(shown),
    routeKind: shown.route?.kind ?? null,
    route: connectionWords(shown),
    reason: shown.route?.reason ?? null,
    history: shown.history,
    receivedBytes: record.receivedBefore + record.last.receivedBytes,
    sentBytes: record.sentBefore + record.last.sentBytes,
  }
}

function isUnfinished({ state, completeness }: PeerView): boolean {
  return state === 'connected' && completeness < 1
}

function movedBy(peer: PeerTotal): number {
  return peer.receivedBytes + peer.sentBytes
}

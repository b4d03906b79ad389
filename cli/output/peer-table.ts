/** The table of connected peers, for wide and for narrow terminals. Pure. */

import type { PeerView, TransferView } from '#shared/api/views.ts'
import { formatCount, formatPercent, formatRate } from '#cli/format.ts'
import { connectionWords, peerName } from '#cli/route-words.ts'
import { displayWidth, padEnd, padStart, truncate } from '#cli/terminal-text.ts'
import type { Style } from './style.ts'

/** Below this a peer takes two lines. */
const ONE_LINE_COLUMNS = 76
const RATE_COLUMNS = 11
const HAS_COLUMNS = 5
const ROUND_TRIP_COLUMNS = 8
const GAP = '  '
/** A name may take this much before others are cut for it. */
const MAX_NAME_COLUMNS = 28

/** @param width columns @param height rows at most */
export function peerTable(view: TransferView, width: number, height: number, style: Style): string[] {
  if (view.peers.length === 0 || height < 2) return []
  const peers = [...view.peers].sort(byUsefulness)
  return width >= ONE_LINE_COLUMNS
    ? wideTable(peers, width, height, style)
    : narrowTable(peers, width, height, style)
}

function wideTable(peers: readonly PeerView[], width: number, height: number, style: Style): string[] {
  const fixed = RATE_COLUMNS * 2 + HAS_COLUMNS + ROUND_TRIP_COLUMNS + GAP.length * 5
  const nameWidth = Math.min(
    MAX_NAME_COLUMNS,
    Math.max(4, ...peers.map((peer) => displayWidth(peerName(peer)))),
  )
  const hasTwoRates = width - fixed - nameWidth >= 20
  const rates = hasTwoRates ? RATE_COLUMNS * 2 + GAP.length : RATE_COLUMNS
  const others = rates + HAS_COLUMNS + ROUND_TRIP_COLUMNS + GAP.length * 4
  const shownName = Math.min(nameWidth, Math.max(8, width - others - 20))
  const routeWidth = Math.min(34, width - others - shownName)
  const heads = hasTwoRates
    ? [padStart('receiving', RATE_COLUMNS), padStart('sending', RATE_COLUMNS)]
    : [padStart('rate', RATE_COLUMNS)]
  const header = [
    padEnd('who', shownName),
    padEnd('route', routeWidth),
    padStart('delay', ROUND_TRIP_COLUMNS),
    ...heads,
    padStart('has', HAS_COLUMNS),
  ]
  const { shown, more } = fit(peers, height - 1)
  return [
    style.dim(header.join(GAP)),
    ...shown.map((peer) =>
      [
        padEnd(peerName(peer), shownName),
        paintRoute(peer, padEnd(connectionWords(peer), routeWidth), style),
        padStart(roundTrip(peer), ROUND_TRIP_COLUMNS),
        ...(hasTwoRates
          ? [
              padStart(rate(peer.downBytesPerSecond), RATE_COLUMNS),
              padStart(rate(peer.upBytesPerSecond), RATE_COLUMNS),
            ]
          : [padStart(bothRates(peer), RATE_COLUMNS)]),
        padStart(has(peer), HAS_COLUMNS),
      ].join(GAP),
    ),
    ...more,
  ]
}

function narrowTable(peers: readonly PeerView[], width: number, height: number, style: Style): string[] {
  const { shown, more } = fit(peers, Math.max(1, Math.floor(height / 2)))
  const nameWidth = width - RATE_COLUMNS - 9 - GAP.length
  return [
    ...shown.flatMap((peer) => [
      `${padEnd(peerName(peer), nameWidth)}${padStart(bothRates(peer), RATE_COLUMNS)}${GAP}${padStart(`has ${has(peer)}`, 9)}`,
      `  ${paintRoute(peer, truncate(connectionWords(peer), width - 2), style)}`,
    ]),
    ...more,
  ]
}

/** @param rows room, for the line about the others too */
function fit(peers: readonly PeerView[], rows: number): { shown: readonly PeerView[]; more: string[] } {
  if (peers.length <= rows) return { shown: peers, more: [] }
  const shown = peers.slice(0, Math.max(0, rows - 1))
  return { shown, more: [`and ${formatCount(peers.length - shown.length, 'more', 'more')}`] }
}

/** Who moves bytes first, then who is connected; otherwise as they came, so that rows do not dance. */
function byUsefulness(left: PeerView, right: PeerView): number {
  return weight(right) - weight(left)
}

function weight(peer: PeerView): number {
  if (peer.state === 'failed') return 0
  if (peer.state === 'connecting') return 1
  return peer.receivedBytes + peer.sentBytes > 0 ? 3 : 2
}

function paintRoute(peer: PeerView, text: string, style: Style): string {
  if (peer.state === 'failed') return style.red(text)
  if (peer.route === null) return style.dim(text)
  return peer.route.kind === 'relayed' ? style.yellow(text) : style.green(text)
}

function rate(bytesPerSecond: number): string {
  return bytesPerSecond < 1 ? '–' : formatRate(bytesPerSecond)
}

function bothRates(peer: PeerView): string {
  return rate(peer.downBytesPerSecond + peer.upBytesPerSecond)
}

function has(peer: PeerView): string {
  return peer.state === 'connected' ? formatPercent(peer.completeness) : '–'
}

function roundTrip(peer: PeerView): string {
  if (peer.roundTripMs === null || peer.state !== 'connected') return '–'
  return peer.roundTripMs < 1 ? '< 1 ms' : `${Math.round(peer.roundTripMs)} ms`
}

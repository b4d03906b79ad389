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
/** Of names and routes, so that one long one does not push the numbers out of sight. */
const MAX_NAME_COLUMNS = 28
const MIN_NAME_COLUMNS = 12
const MAX_ROUTE_COLUMNS = 40

interface Column {
  readonly head: string
  readonly columns: number
  readonly cell: (peer: PeerView) => string
}

/** @param width columns @param height rows at most */
export function peerTable(view: TransferView, width: number, height: number, style: Style): string[] {
  if (view.peers.length === 0 || height < 2) return []
  const peers = [...view.peers].sort(byUsefulness)
  return width >= ONE_LINE_COLUMNS
    ? wideTable(peers, numbersOf(view), width, height, style)
    : narrowTable(peers, width, height, style)
}

/** A sender only sends; a receiver may do both. */
function numbersOf(view: TransferView): Column[] {
  const down = {
    head: 'receiving',
    columns: RATE_COLUMNS,
    cell: (peer: PeerView) => rate(peer.downBytesPerSecond),
  }
  const up = { head: 'sending', columns: RATE_COLUMNS, cell: (peer: PeerView) => rate(peer.upBytesPerSecond) }
  const rates = view.role === 'send' ? [up] : view.sentBytes > 0 ? [down, up] : [down]
  return [
    { head: 'delay', columns: ROUND_TRIP_COLUMNS, cell: roundTrip },
    ...rates,
    { head: 'has', columns: HAS_COLUMNS, cell: has },
  ]
}

function wideTable(
  peers: readonly PeerView[],
  numbers: readonly Column[],
  width: number,
  height: number,
  style: Style,
): string[] {
  const room = width - numbers.reduce((sum, { columns }) => sum + GAP.length + columns, GAP.length)
  const longestRoute = Math.max(...peers.map((peer) => displayWidth(connectionWords(peer))))
  const longestName = Math.max(...peers.map((peer) => displayWidth(peerName(peer))))
  // Where both do not fit the route keeps its words: a name is known by its beginning.
  const routeWidth = Math.max(
    'route'.length,
    Math.min(longestRoute, MAX_ROUTE_COLUMNS, room - MIN_NAME_COLUMNS),
  )
  const nameWidth = Math.max('who'.length, Math.min(longestName, MAX_NAME_COLUMNS, room - routeWidth))
  const { shown, more } = fit(peers, height - 1)
  const header = [
    padEnd('who', nameWidth),
    padEnd('route', routeWidth),
    ...numbers.map(({ head, columns }) => padStart(head, columns)),
  ]
  return [
    style.dim(header.join(GAP)),
    ...shown.map((peer) =>
      [
        padEnd(peerName(peer), nameWidth),
        paintRoute(peer, padEnd(connectionWords(peer), routeWidth), style),
        ...numbers.map(({ cell, columns }) => padStart(cell(peer), columns)),
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

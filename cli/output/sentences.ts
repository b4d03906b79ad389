/** The lasting lines of both forms for people: link, offer, result, error. Pure. */

import type { SavedShare } from '#engine/engine.ts'
import type { AppError } from '#shared/errors.ts'
import { formatBytes, formatCount, formatDuration, formatRate, formatTime } from '#cli/format.ts'
import { historyWords, relayReason } from '#cli/route-words.ts'
import { displayWidth, padEnd, padStart, safeText, truncateMiddle } from '#cli/terminal-text.ts'
import type { PeerTotal, TransferResult } from '#cli/transfer-history.ts'
import type { LinkAnnouncement, OfferAnnouncement } from './output.ts'
import type { Style } from './style.ts'

/** Names of an offer that are shown; the rest is counted. */
const SHOWN_NAMES = 8
/** Peers that a summary names. */
const SHOWN_PEERS = 8

/** The link has a line of its own and no indent, so that it can be copied whole. */
export function linkLines({ link, isLocal }: LinkAnnouncement, style: Style): string[] {
  const who = isLocal ? 'on this network' : 'anywhere'
  return [
    'The link to pass on; whoever has it can receive:',
    '',
    style.bold(link),
    '',
    `The other side, ${who}, receives with:`,
    '',
    // Double quotes: they protect # and & in every shell, cmd.exe included.
    `npx beeline get "${link}"`,
    '',
  ]
}

export function listeningLines(urls: readonly string[]): string[] {
  return [
    'The coordinator is running. Share through it with:',
    '',
    ...urls.map((url) => `  beeline send PATH --coordinator ${url}`),
    '',
    'Ctrl-C ends it.',
  ]
}

/** @param width columns */
export function offerLines(
  { offer, destination, freeBytes }: OfferAnnouncement,
  width: number,
  style: Style,
): string[] {
  const sender = safeText(offer.sender).trim()
  const from = sender === '' ? '' : ` from ${sender}`
  const folders = offer.folderCount > 0 ? `, ${formatCount(offer.folderCount, 'empty folder')}` : ''
  const shown = offer.preview.slice(0, SHOWN_NAMES)
  const names = shown.map(({ path, sizeBytes }) => ({
    name: safeText(path),
    // A folder or a symbolic link has no size, and an empty file needs none.
    size: sizeBytes === 0 ? '' : formatBytes(sizeBytes),
  }))
  const nameWidth = Math.max(
    10,
    Math.min(width - 13, Math.max(0, ...names.map(({ name }) => displayWidth(name)))),
  )
  const more = offer.fileCount + offer.folderCount - shown.length
  const free = freeBytes === null ? '' : ` (${formatBytes(freeBytes)} free)`
  return [
    style.bold(`“${safeText(offer.title)}”${from}`),
    `${formatBytes(offer.totalBytes)} in ${formatCount(offer.fileCount, 'file')}${folders}, shared ${formatTime(offer.createdAtMs)}`,
    '',
    ...names.map(
      ({ name, size }) => `  ${padEnd(truncateMiddle(name, nameWidth), nameWidth)} ${padStart(size, 9)}`,
    ),
    ...(more > 0 ? [`  and ${formatCount(more, 'more', 'more')}`] : []),
    '',
    `It goes into ${safeText(destination)}${free}`,
  ]
}

export function savedShareLines(shares: readonly SavedShare[]): string[] {
  if (shares.length === 0) return ['Nothing was shared from here yet.']
  return [
    ...shares.map((share) => `${share.shortId}  ${formatTime(share.createdAtMs)}  ${safeText(share.title)}`),
    '',
    'Go on with one of them:  beeline send --resume ID',
  ]
}

export function resultLines(result: TransferResult, style: Style): string[] {
  return result.role === 'get' ? getResultLines(result, style) : sendResultLines(result, style)
}

function getResultLines(result: TransferResult, style: Style): string[] {
  if (result.outcome === 'stopped' && isComplete(result)) {
    const sent = `${formatBytes(result.sentBytes)} were sent.`
    return [
      result.isSeedLimitReached
        ? style.green(`Finished passing it on, the limit is reached: ${sent}`)
        : style.yellow(`Stopped passing it on: ${sent}`),
      ...peerLines(result),
    ]
  }
  const files = formatCount(result.fileCount, 'file')
  const into = result.destination === null ? '' : ` into ${safeText(result.destination)}`
  if (result.outcome === 'stopped') {
    const part = `${formatBytes(result.doneBytes)} of ${formatBytes(result.totalBytes)} are here.`
    return [
      style.yellow(`Stopped. ${result.totalBytes > 0 ? part : ''}`.trim()),
      ...peerLines(result),
      'What has arrived is kept. Go on with the same command.',
    ]
  }
  const speed =
    result.receivedBytes > 0
      ? ` in ${formatDuration(result.durationMs)}, ${formatRate(result.averageBytesPerSecond)} on average`
      : ''
  return [
    style.green(`Received ${files}, ${formatBytes(result.totalBytes)},${into}`.replace(/,$/, '')),
    `Every byte is verified. ${formatBytes(result.receivedBytes)} came over the network${speed}.`,
    ...(result.resumedBytes > 0
      ? [`${formatBytes(result.resumedBytes)} were here already from an earlier run.`]
      : []),
    ...peerLines(result),
  ]
}

function sendResultLines(result: TransferResult, style: Style): string[] {
  const moved =
    result.sentBytes > 0
      ? `Stopped. ${formatBytes(result.sentBytes)} were sent, ${formatRate(result.averageBytesPerSecond)} on average.`
      : 'Stopped. Nobody has fetched anything yet.'
  return [
    style.yellow(moved),
    ...peerLines(result),
    ...unfinishedLines(result),
    `The link stays valid: go on sharing with  beeline send --resume ${result.shortId}`,
  ]
}

/** Whoever stops half-way should know for whom it is half-way. */
function unfinishedLines({ unfinishedCount: count }: TransferResult): string[] {
  if (count === 0) return []
  return [`${formatCount(count, 'device')} ${count === 1 ? 'has' : 'have'} not got everything yet.`]
}

/** From whom and to whom, over which route. What has come was told when everything was here. */
function peerLines(result: TransferResult): string[] {
  const isToldAgain = result.role === 'get' && result.outcome === 'stopped' && isComplete(result)
  const peers = result.peers.map((peer) => (isToldAgain ? { ...peer, receivedBytes: 0 } : peer))
  const moved = peers.filter((peer) => peer.receivedBytes + peer.sentBytes > 0)
  const shown = moved.slice(0, SHOWN_PEERS)
  const lines = shown.flatMap((peer) => [`  ${amounts(peer)}, ${peer.route}`, ...routeLines(peer)])
  const more = moved.length - shown.length
  return more > 0 ? [...lines, `  and ${formatCount(more, 'more', 'more')}`] : lines
}

function isComplete({ totalBytes, doneBytes }: TransferResult): boolean {
  return totalBytes > 0 && doneBytes === totalBytes
}

/** How it came to that route, and why it was a relay to the last. */
function routeLines({ history, routeKind, reason }: PeerTotal): string[] {
  const changes = historyWords(history)
  const why = routeKind === 'relayed' && reason !== null ? relayReason(reason) : undefined
  return [
    ...(changes === undefined ? [] : [`    ${changes}`]),
    ...(why === undefined ? [] : [`    relayed, because ${why}`]),
  ]
}

function amounts(peer: PeerTotal): string {
  const parts: string[] = []
  if (peer.receivedBytes > 0) parts.push(`${formatBytes(peer.receivedBytes)} from ${peer.name}`)
  if (peer.sentBytes > 0) parts.push(`${formatBytes(peer.sentBytes)} to ${peer.name}`)
  return parts.join(', ')
}

/** The one line about a known failure. */
export function errorLine(error: AppError, style: Style): string {
  const detail = error.detail === undefined ? '' : `: ${safeText(error.detail)}`
  return `${style.red('beeline:')} ${error.advice} (${error.code}${detail})`
}

/** A transfer as it stands now: the live part of a terminal, and the same in one sentence. Pure. */

import type { TransferView } from '#shared/api/views.ts'
import { canLeave } from '#shared/api/can-leave.ts'
import { unreachable } from '#shared/errors.ts'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRate,
} from '#cli/format.ts'
import { peerName, relaySentence } from '#cli/route-words.ts'
import { safeText, truncate, truncateMiddle, wrap } from '#cli/terminal-text.ts'
import { peerTable } from './peer-table.ts'
import type { Style } from './style.ts'

export interface PictureSize {
  /** Columns. */
  readonly width: number
  /** Rows. */
  readonly height: number
}

const MAX_BAR_COLUMNS = 60
/** Reasons for a relay that are told at one time, and columns of a name before one. */
const MAX_REASONS = 2
const MAX_NAME_COLUMNS = 28

/** No line is wider than the terminal. */
export function transferPicture(view: TransferView, size: PictureSize, style: Style): string[] {
  const { width } = size
  const head = [style.bold(truncateMiddle(headline(view), width)), ...statusLines(view, width, style)]
  const coordinator = coordinatorWords(view)
  const warning = coordinator === undefined ? [] : wrap(coordinator, width).map((line) => style.yellow(line))
  const foot = footLines(view, width, style)
  const room = size.height - head.length - warning.length - foot.length - 1
  const reasons = relayLines(view, width, style)
  // Whoever connects matters more than why it is relayed.
  const hasRoom = reasons.length > 0 && room - reasons.length - 1 >= 2 * view.peers.length + 1
  const peers = peerTable(view, width, hasRoom ? room - reasons.length - 1 : room, style)
  return [
    ...head,
    ...warning,
    ...(peers.length > 0 ? ['', ...peers] : []),
    ...(hasRoom ? ['', ...reasons] : []),
    ...foot,
  ]
}

/** Undefined while the others need this device. */
export function leaveWords(view: TransferView): string | undefined {
  if (view.role !== 'send' || !canLeave(view)) return undefined
  return 'The swarm now holds everything: you can stop, and the others finish among themselves.'
}

function footLines(view: TransferView, width: number, style: Style): string[] {
  if (view.state !== 'seeding') return []
  const leave = leaveWords(view)
  const lines = leave === undefined ? [] : wrap(leave, width).map((line) => style.green(line))
  return ['', ...lines, style.dim('Ctrl-C ends sharing.')]
}

/** Why connections are relayed: each reason once, with who it concerns where there are several connections. */
function relayLines(view: TransferView, width: number, style: Style): string[] {
  const connected = view.peers.filter((peer) => peer.state === 'connected')
  const concerned = new Map<string, string[]>()
  for (const peer of connected) {
    const sentence = relaySentence(peer)
    if (sentence === undefined) continue
    concerned.set(sentence, [...(concerned.get(sentence) ?? []), peerName(peer)])
  }
  return [...concerned].slice(0, MAX_REASONS).flatMap(([sentence, names]) => {
    const [first = ''] = names
    const who = names.length === 1 ? truncate(first, MAX_NAME_COLUMNS) : formatCount(names.length, 'device')
    const start = names.length === connected.length ? 'R' : `${who}: r`
    return wrap(`${start}${sentence.slice(1)}.`, width).map((line) => style.dim(line))
  })
}

/** One plain line, for a file or a pipe. */
export function transferSentence(view: TransferView): string {
  const peers = `, ${formatCount(view.peers.filter((peer) => peer.state === 'connected').length, 'connection')}`
  if (isFetching(view)) {
    const missing = missingWords(view)
    const progress = `${stateWords(view)}: ${progressParts(view).join(', ')}${peers}`
    return missing === undefined ? progress : `${progress}. ${missing}`
  }
  if (view.state === 'seeding') return seedingWords(view)
  return stateWords(view)
}

/** What goes on, without numbers that change all the time. */
export function stateWords(view: TransferView): string {
  switch (view.state) {
    case 'queued':
      return 'Waiting for its turn'
    case 'preparing':
      return 'Looking through the files'
    case 'looking':
      return 'Looking for somebody who has it'
    case 'offered':
      return 'Offered'
    case 'checking':
      return 'Checking what is here already'
    case 'receiving':
      return 'Receiving'
    case 'stalled':
      return 'Waiting for somebody who has the rest'
    case 'seeding':
      return 'Ready'
    case 'paused':
      return 'Paused'
    case 'finished':
      return 'Finished'
    case 'stopped':
      return 'Stopped'
    case 'failed':
      return 'Failed'
    default:
      return unreachable(view.state)
  }
}

/** What nobody connected has; undefined while somebody has everything. */
function missingWords(view: TransferView): string | undefined {
  const { missing, state } = view
  if (missing === null && state !== 'stalled') return undefined
  const pieceCount = missing?.pieceCount ?? view.pieceCount - view.donePieces
  const pieces = formatCount(pieceCount, 'piece')
  const amount = `${formatBytes(missing?.bytes ?? view.totalBytes - view.doneBytes)} (${pieces})`
  const isAlone = !view.peers.some((peer) => peer.state === 'connected')
  const who = isAlone ? 'nobody is connected' : 'nobody connected has that'
  const files = missing === null ? '' : ` of ${fileWords(missing)}`
  return `Missing: ${amount}${files}, and ${who}. It goes on by itself as soon as somebody comes who has it.`
}

function fileWords({ fileCount, files }: NonNullable<TransferView['missing']>): string {
  const names = files.map((name) => `“${safeText(name)}”`).join(', ')
  const more = fileCount > files.length ? ` and ${formatCount(fileCount - files.length, 'other file')}` : ''
  return `${formatCount(fileCount, 'file')} (${names}${more})`
}

/** Undefined while all is well. */
export function coordinatorWords(view: TransferView): string | undefined {
  if (view.coordinator !== 'offline') return undefined
  const isConnected = view.peers.some((peer) => peer.state === 'connected')
  return `The coordinator cannot be reached; trying again.${isConnected ? ' Connections that stand go on.' : ''}`
}

/** Each new try is “connecting”: until one succeeds the coordinator is as lost as before. */
export function withSteadyCoordinator(view: TransferView, previous: TransferView | undefined): TransferView {
  const isStillLost = view.coordinator === 'connecting' && previous?.coordinator === 'offline'
  return isStillLost ? { ...view, coordinator: 'offline' } : view
}

function headline(view: TransferView): string {
  const title = view.title === '' ? 'the files' : `“${safeText(view.title)}”`
  if (view.role === 'send') {
    const size = view.totalBytes > 0 || view.fileCount > 0 ? `: ${sizeWords(view)}` : ''
    return `Sharing ${title}${view.state === 'preparing' ? '' : size}`
  }
  if (view.state === 'looking' || view.state === 'offered') return 'Asking for what the link offers'
  return `${view.state === 'seeding' ? 'Passing on' : 'Receiving'} ${title}`
}

function sizeWords(view: TransferView): string {
  return `${formatBytes(view.totalBytes)} in ${formatCount(view.fileCount, 'file')}`
}

function statusLines(view: TransferView, width: number, style: Style): string[] {
  if (view.state === 'preparing') {
    return [truncate(`${stateWords(view)}… ${view.fileCount > 0 ? sizeWords(view) : ''}`.trim(), width)]
  }
  if (view.state === 'seeding') return [truncate(seedingWords(view), width)]
  if (!isFetching(view)) return [truncate(`${stateWords(view)}…`, width)]
  const lines = [progressBar(view, width, style), ...joinParts(progressParts(view).slice(1), width)]
  const words = missingWords(view) ?? (view.state === 'receiving' ? undefined : `${stateWords(view)}…`)
  if (words === undefined) return lines
  return [...lines, ...wrap(words, width).map((line) => style.yellow(line))]
}

function isFetching(view: TransferView): boolean {
  return ['checking', 'receiving', 'stalled'].includes(view.state)
}

function seedingWords(view: TransferView): string {
  const connected = view.peers.filter((peer) => peer.state === 'connected').length
  const sent = `${formatBytes(view.sentBytes)} sent`
  // A receiver that has everything is not sending before somebody asks.
  if (view.role === 'get' && view.sentBytes === 0) return 'Everything is here'
  if (connected === 0) {
    return view.sentBytes > 0
      ? `Nobody is connected now; ${sent} so far`
      : 'Ready; waiting for somebody to open the link'
  }
  if (view.sentBytes === 0) return `${formatCount(connected, 'device')} connected`
  const devices = formatCount(connected, 'device')
  if (view.upBytesPerSecond >= 1)
    return `Sending to ${devices}: ${formatRate(view.upBytesPerSecond)}, ${sent}`
  const isOver = view.peers.every(({ state, completeness }) => state !== 'connected' || completeness === 1)
  return isOver
    ? `${devices} connected, with everything; ${sent} so far`
    : `${devices} connected; ${sent} so far`
}

/** Percentage first, because the bar shows it already. */
function progressParts(view: TransferView): string[] {
  const parts = [
    formatPercent(fractionOf(view)),
    `${formatBytes(view.doneBytes)} of ${formatBytes(view.totalBytes)}`,
  ]
  if (view.state === 'receiving') parts.push(formatRate(view.downBytesPerSecond))
  if (view.etaMs !== null && view.state === 'receiving') parts.push(`${formatDuration(view.etaMs)} left`)
  if (view.fileCount > 1)
    parts.push(`${formatNumber(view.doneFiles)} of ${formatCount(view.fileCount, 'file')}`)
  if (view.upBytesPerSecond >= 1) parts.push(`passing on ${formatRate(view.upBytesPerSecond)}`)
  return parts
}

function fractionOf(view: TransferView): number {
  return view.totalBytes === 0 ? 0 : view.doneBytes / view.totalBytes
}

function progressBar(view: TransferView, width: number, style: Style): string {
  const columns = Math.min(MAX_BAR_COLUMNS, width - 6)
  const full = Math.floor(Math.min(1, fractionOf(view)) * columns)
  return `${style.green('█'.repeat(full))}${style.dim('░'.repeat(columns - full))} ${formatPercent(fractionOf(view)).padStart(5)}`
}

/** As many in a line as fit. */
function joinParts(parts: readonly string[], width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const part of parts) {
    const longer = line === '' ? part : `${line} · ${part}`
    if (line !== '' && longer.length > width) {
      lines.push(line)
      line = part
    } else line = longer
  }
  return line === '' ? lines : [...lines, line]
}

/** What the demo shows while it runs: how far each receiver is, and who gives to whom over which route. Pure. */

import type { TransferView } from '#shared/api/views.ts'
import { formatBytes, formatPercent, formatRate } from '#cli/format.ts'
import { connectionWords, peerName } from '#cli/route-words.ts'
import { displayWidth, padEnd, padStart, truncate } from '#cli/terminal-text.ts'
import { stateWords } from '#cli/output/transfer-picture.ts'
import type { Style } from '#cli/output/style.ts'

export interface Receiver {
  readonly name: string
  readonly transfer: TransferView | undefined
}

const BAR_COLUMNS = 24
const RATE_COLUMNS = 11

/** @param width columns; no line is wider */
export function demoBoard(receivers: readonly Receiver[], width: number, style: Style): string[] {
  const nameWidth = Math.max(...receivers.map(({ name }) => displayWidth(name)))
  const bars = receivers.map(({ name, transfer }) => {
    if (transfer === undefined) return truncate(`${padEnd(name, nameWidth)}  starting…`, width)
    const fraction = transfer.totalBytes === 0 ? 0 : transfer.doneBytes / transfer.totalBytes
    const barWidth = Math.min(BAR_COLUMNS, Math.max(8, width - nameWidth - 34))
    const full = Math.floor(fraction * barWidth)
    const numbers = `${formatPercent(fraction).padStart(5)}  ${padStart(formatRate(transfer.downBytesPerSecond), RATE_COLUMNS)}`
    const words = transfer.state === 'receiving' ? formatBytes(transfer.doneBytes) : stateWords(transfer)
    const rest = truncate(`  ${words}`, width - nameWidth - barWidth - RATE_COLUMNS - 10)
    return `${style.bold(padEnd(name, nameWidth))}  ${style.green('█'.repeat(full))}${style.dim('░'.repeat(barWidth - full))} ${numbers}${rest}`
  })
  const flows = receivers.flatMap(({ name, transfer }) =>
    (transfer?.peers ?? []).map((peer) => ({
      who: `${peerName(peer)} → ${name}`,
      route: connectionWords(peer),
      rate: formatRate(peer.downBytesPerSecond),
      total: formatBytes(peer.receivedBytes),
    })),
  )
  if (flows.length === 0) return bars
  const whoWidth = Math.max(...flows.map(({ who }) => displayWidth(who)))
  const routeWidth = Math.max(8, Math.min(30, width - whoWidth - RATE_COLUMNS - 14))
  return [
    ...bars,
    '',
    ...flows.map((flow) =>
      truncate(
        `${padEnd(flow.who, whoWidth)}  ${padEnd(flow.route, routeWidth)}  ${padStart(flow.rate, RATE_COLUMNS)}  ${padStart(flow.total, 8)}`,
        width,
      ),
    ),
  ]
}

/** The same in one line, for a log. */
export function demoSentence(receivers: readonly Receiver[]): string {
  return receivers
    .map(({ name, transfer }) => {
      if (transfer === undefined) return `${name}: starting`
      const fraction = transfer.totalBytes === 0 ? 0 : transfer.doneBytes / transfer.totalBytes
      const flows = transfer.peers
        .filter((peer) => peer.downBytesPerSecond >= 1)
        .map(
          (peer) => `${formatRate(peer.downBytesPerSecond)} from ${peerName(peer)}, ${connectionWords(peer)}`,
        )
      return [`${name}: ${formatPercent(fraction)}`, ...flows].join(', ')
    })
    .join('; ')
}

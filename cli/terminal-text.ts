/**
 * Text from strangers (file names, device names, titles) made harmless for a terminal, and measured and cut by the
 * columns it takes there. Pure.
 */

import { stripVTControlCharacters } from 'node:util'

/** Stands where something was taken out, so that a trick stays visible. */
const REPLACEMENT = '\uFFFD'

/**
 * Controls (escape sequences start with one), direction overrides and marks, separators that break lines, invisible
 * fillers, tags, noncharacters and lone surrogates. Joiners and variation selectors stay: Persian, Japanese names and
 * family emoji need them.
 */
const HARMFUL =
  /(?!\u200C|\u200D|[\uFE00-\uFE0F]|[\u{E0100}-\u{E01EF}])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu

/** A family with four skin tones has 25 UTF-16 units; beyond this somebody is stacking marks to spill over lines. */
const MAX_CLUSTER_LENGTH = 32
/** Marks on one base letter; Vietnamese and pointed Hebrew stay below. */
const MAX_MARKS = 4

/** Most text is; it is neither harmful nor cut in clusters. */
const PRINTABLE_ASCII = /^[ -~]*$/

let segmenter: Intl.Segmenter | undefined

/** Made when it is first needed, because that takes as long as a tenth of a start. */
function clustersOf(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

/** East Asian Width W and F of Unicode 16, joined where the gaps are unassigned; emoji are asked for apart. */
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
]

/** One line without anything that a terminal would obey. */
export function safeText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text
  let safe = ''
  for (const { segment } of clustersOf(text.replace(HARMFUL, REPLACEMENT))) safe += safeCluster(segment)
  return safe
}

/** Columns that a text takes; for text that `safeText` has seen, and our own colours around it. */
export function displayWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let width = 0
  for (const { segment } of clustersOf(stripVTControlCharacters(text))) width += clusterWidth(segment)
  return width
}

/** The text if it fits, or its beginning and “…”. @param maxWidth columns */
export function truncate(text: string, maxWidth: number): string {
  return displayWidth(text) <= maxWidth ? text : `${prefix(text, maxWidth - 1)}${maxWidth > 0 ? '…' : ''}`
}

/** Cut in the middle, for paths: the beginning and the end say most. @param maxWidth columns */
export function truncateMiddle(text: string, maxWidth: number): string {
  if (displayWidth(text) <= maxWidth) return text
  if (maxWidth < 5) return truncate(text, maxWidth)
  const head = prefix(text, Math.ceil((maxWidth - 1) / 2))
  const clusters = Array.from(clustersOf(text), (part) => part.segment)
  let tail = ''
  let room = maxWidth - 1 - displayWidth(head)
  for (const cluster of clusters.reverse()) {
    room -= clusterWidth(cluster)
    if (room < 0) break
    tail = cluster + tail
  }
  return `${head}…${tail}`
}

/** Filled with blanks to a width, or cut to it. @param width columns */
export function padEnd(text: string, width: number): string {
  const cut = truncate(text, width)
  return cut + ' '.repeat(Math.max(0, width - displayWidth(cut)))
}

/** @param width columns */
export function padStart(text: string, width: number): string {
  const cut = truncate(text, width)
  return ' '.repeat(Math.max(0, width - displayWidth(cut))) + cut
}

/** Broken at blanks into lines of a width; a longer word is left whole. @param width columns */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

function safeCluster(cluster: string): string {
  const marks = cluster.match(/\p{M}/gu)?.length ?? 0
  const isEmoji = cluster.includes('\u200D') || /\p{Extended_Pictographic}/u.test(cluster)
  return cluster.length > MAX_CLUSTER_LENGTH || (marks > MAX_MARKS && !isEmoji) ? REPLACEMENT : cluster
}

function clusterWidth(cluster: string): number {
  const code = cluster.codePointAt(0) ?? 0
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0 : 1
  if (/^[\p{M}\p{Cf}]+$/u.test(cluster)) return 0
  if (/\p{Emoji_Presentation}|\p{Regional_Indicator}{2}/u.test(cluster)) return 2
  if (cluster.includes('\uFE0F') && /\p{Extended_Pictographic}/u.test(cluster)) return 2
  return WIDE_RANGES.some(([first, last]) => code >= first && code <= last) ? 2 : 1
}

function prefix(text: string, maxWidth: number): string {
  let taken = ''
  let room = maxWidth
  for (const { segment } of clustersOf(text)) {
    room -= clusterWidth(segment)
    if (room < 0) break
    taken += segment
  }
  return taken
}

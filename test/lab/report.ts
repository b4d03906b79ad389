/** The tables of a run: one line per pair, who reaches whom, and what is not as the RFCs would have it. Pure. */

import type { SiteKindName } from './kinds.ts'
import { expectedOf, type Pair, type PairResult } from './pair.ts'

/** All tries of one pair. */
export interface Tried {
  readonly pair: Pair
  readonly results: readonly PairResult[]
}

export const PAIR_HEADER = [
  '| from → to | relays | expected | first | settled | candidates | open s | first byte s | direct s | bytes verified | reason |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
].join('\n')

/** Of several tries: how often each outcome, and medians. */
export function pairRow({ pair, results }: Tried): string {
  const cells = [
    pairName(pair),
    pair.relays.join(', ') || 'none',
    expectedOf(pair),
    counted(results.map(({ first }) => first ?? 'none')),
    counted(results.map(({ settled }) => settled ?? 'none')),
    counted(results.map(({ candidates }) => candidates)),
    seconds(median(results.map(({ openMs }) => openMs))),
    seconds(median(results.map(({ firstByteMs }) => firstByteMs))),
    seconds(median(results.map(({ directMs }) => directMs))),
    counted(results.map(({ isVerified, failure }) => (isVerified ? 'yes' : `no: ${failure}`))),
    counted(results.map(({ reason }) => reason)),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Who reaches whom how, settled; a star where it is not what is expected. */
export function grid(tried: readonly Tried[]): string {
  const across = tried.filter(({ pair }) => pair.isSameSite !== true && !pair.relays.includes('tls'))
  const kinds = [...new Set(across.flatMap(({ pair }) => [pair.from, pair.to]))]
  const cell = (from: SiteKindName, to: SiteKindName): string => {
    const found = across.find(({ pair }) => pair.from === from && pair.to === to)
    if (found === undefined) return ''
    const words = counted(found.results.map(({ settled }) => settled ?? 'no way'))
    return isAsExpected(found) ? words : `${words} *`
  }
  return [
    `| from ↓ to → | ${kinds.join(' | ')} |`,
    `| --- | ${kinds.map(() => '---').join(' | ')} |`,
    ...kinds.map((from) => `| ${from} | ${kinds.map((to) => cell(from, to)).join(' | ')} |`),
  ].join('\n')
}

/** What a run comes to, in sentences. */
export function summary(tried: readonly Tried[]): string {
  const all = tried.flatMap(({ results }) => results)
  const connected = all.filter(({ isVerified }) => isVerified)
  const fails = tried.filter(({ results }) => results.some(({ isVerified }) => !isVerified))
  const unexpected = tried.filter((one) => !isAsExpected(one))
  const line = (name: string, pick: (result: PairResult) => number | null): string => {
    const times = all.map(pick).filter((time) => time !== null)
    return `${name}: ${seconds(median(times))} s in the median, ${seconds(Math.max(...times))} s at most`
  }
  return [
    `${tried.length} pairs, ${all.length} tries: ${connected.length} arrived and were verified.`,
    line('Open', ({ openMs }) => openMs),
    line('First byte', ({ firstByteMs }) => firstByteMs),
    line('Direct, where it became so', ({ directMs }) => directMs),
    ...(fails.length === 0 ? [] : [`Not connected: ${fails.map(({ pair }) => pairName(pair)).join('; ')}`]),
    unexpected.length === 0
      ? 'Every route is what it should be.'
      : `Not as expected: ${unexpected.map((one) => `${pairName(one.pair)} (${settledWords(one)}, not ${expectedOf(one.pair)})`).join('; ')}`,
  ].join('\n')
}

/** A direct way where a relayed one was expected is as good; nine of ten tries must come to what they should. */
export function isAsExpected({ pair, results }: Tried): boolean {
  if (expectedOf(pair) === 'relayed') return results.every(({ settled }) => settled !== null)
  const direct = results.filter(({ settled }) => settled === 'lan' || settled === 'direct')
  return direct.length >= results.length * 0.9
}

export function hasAllArrived(tried: readonly Tried[]): boolean {
  return tried.every(({ results }) => results.every(({ isVerified }) => isVerified))
}

export function pairName({ from, to, isSameSite = false }: Pair): string {
  return `${from} → ${isSameSite ? 'the same router' : to}`
}

/** Of those that are there; NaN of none. */
export function median(values: readonly (number | null)[]): number {
  const sorted = values.filter((value) => value !== null).toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? NaN
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? NaN)) / 2 : upper
}

function settledWords({ results }: Tried): string {
  return counted(results.map(({ settled }) => settled ?? 'no way'))
}

/** `direct`, or of several tries that differ `9 direct, 1 relayed`. */
export function counted(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const sorted = [...counts].toSorted(([, left], [, right]) => right - left)
  return sorted.length === 1
    ? (sorted[0]?.[0] ?? '')
    : sorted.map(([word, count]) => `${count} ${word === '' ? 'unknown' : word}`).join(', ')
}

function seconds(durationMs: number): string {
  return Number.isFinite(durationMs) ? (durationMs / 1000).toFixed(1) : ''
}

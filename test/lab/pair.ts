/** One transfer between two sites: the route it began with, the one it settled on, and how long everything took. */

import path from 'node:path'
import { expectedInside, expectedRoute, type ExpectedRoute } from './expected-route.ts'
import type { SiteKindName } from './kinds.ts'
import type { Lab } from './lab.ts'
import type { LineSettings } from './emulator/line-settings.ts'
import type { PublicServers } from './public-servers.ts'
import { hostOf, type Site } from './site.ts'
import { isDirect, type Timeline } from './timeline.ts'
import { Transfer, type SourceFile } from './transfer.ts'

/**
 * From the program's first word: on a busy machine its start alone may take that long. Everything opens within seconds; what
 * does not has two rounds of offers, each of which lasts twenty seconds, and the pause between them. Milliseconds.
 */
const OPEN_LIMIT_MS = 45_000
/** A direct route that has lasted so long is what it will be. Milliseconds. */
const STEADY_MS = 700
/** How long a relayed one may become a better one, where none is to be expected and where one is. Milliseconds. */
const SETTLE_MS = { relayed: 10_000, direct: 18_000 } as const
/** A relayed one that says so long that there is nothing better to look for. Milliseconds. */
const RESIGNED_MS = 4000
/** The rest of the file, without a limit on the cable any more. Milliseconds. */
const REST_LIMIT_MS = 60_000
/** Of the program: it says nothing for as long as it takes. Milliseconds. */
const START_LIMIT_MS = 60_000

/** So that a transfer lasts until the route is settled: SETTLE_MS at the cable's rate. */
export const PAIR_FILE_BYTES = 18_000_000
/** Two of these cables are 25 ms long, one way. */
export const PAIR_LINE: LineSettings = { rateMbit: 8, delayMs: 12.5, lossShare: 0, queueBytes: 100_000 }

export interface Pair {
  readonly from: SiteKindName
  readonly to: SiteKindName
  /** Both hosts behind one and the same router. */
  readonly isSameSite?: boolean
  readonly relays: readonly (keyof PublicServers['relays'])[]
}

export interface PairResult {
  readonly expected: ExpectedRoute
  /** `lan`, `direct`, `relayed`, or null when nothing was connected. */
  readonly first: string | null
  readonly settled: string | null
  /** Candidate types of the settled route, the receiver's first. */
  readonly candidates: string
  readonly reason: string
  /** In the program's own words. */
  readonly history: string
  /** From the start of `get`, the program's start included, to what four reports a second first tell of it. */
  readonly openMs: number | null
  readonly firstByteMs: number | null
  readonly directMs: number | null
  readonly isVerified: boolean
  /** Why not, as the program put it; empty when it worked. */
  readonly failure: string
}

export interface PairSettings {
  readonly source: SourceFile
  readonly line?: LineSettings | undefined
  /** A folder for what both sides say. */
  readonly logFolder?: string | undefined
}

let count = 0

export function expectedOf({ from, to, isSameSite = false }: Pair): ExpectedRoute {
  return isSameSite ? expectedInside(from) : expectedRoute(from, to)
}

export async function runPair(
  lab: Lab,
  servers: PublicServers,
  pair: Pair,
  settings: PairSettings,
): Promise<PairResult> {
  await using owned = new AsyncDisposableStack()
  const { source, line = PAIR_LINE, logFolder } = settings
  const sending = owned.use(await lab.connect(pair.from, pair.isSameSite === true ? 2 : 1, { line }))
  const receiving = pair.isSameSite === true ? sending : owned.use(await lab.connect(pair.to, 1, { line }))
  const transfer = owned.use(
    await Transfer.start({
      sender: sending.host,
      receiver: pair.isSameSite === true ? hostOf(sending, 1) : receiving.host,
      source,
      folder: path.join(lab.folder, `pair${++count}`),
      ...servers,
      relays: pair.relays.map((transport) => servers.relays[transport]),
      logFolder,
    }),
  )
  const settleMs = SETTLE_MS[expectedOf(pair)]
  const limitMs = START_LIMIT_MS + OPEN_LIMIT_MS + settleMs
  await transfer.until((timeline) => isSettled(timeline, transfer.nowMs, settleMs), limitMs)
  await hurry(sending, receiving)
  const isVerified = transfer.timeline.openMs !== null && (await transfer.isVerified(REST_LIMIT_MS))
  return describe(pair, transfer.timeline, isVerified)
}

function isSettled(timeline: Timeline, nowMs: number, settleMs: number): boolean {
  const { openMs, sameKindSinceMs } = timeline
  const [firstWord] = timeline.samples
  if (openMs === null) return firstWord !== undefined && nowMs - firstWord.atMs > OPEN_LIMIT_MS
  const last = timeline.samples.at(-1)
  if (sameKindSinceMs === null || last?.route === undefined || last.route === null) return false
  const lastedMs = nowMs - sameKindSinceMs
  if (isDirect(last.route)) return lastedMs > STEADY_MS
  return nowMs - openMs > settleMs || (last.betterRoute === 'none' && lastedMs > RESIGNED_MS)
}

/** What is left of the file is of no interest but for its digest. */
async function hurry(...sites: readonly Site[]): Promise<void> {
  for (const site of new Set(sites)) await site.line?.change({ rateMbit: 0, queueBytes: 0 })
}

function describe(pair: Pair, timeline: Timeline, isVerified: boolean): PairResult {
  const { firstRoute, lastRoute, openMs, firstByteMs, directMs, history } = timeline
  const state = timeline.samples.at(-1)?.state ?? 'nothing was printed'
  return {
    expected: expectedOf(pair),
    first: firstRoute?.kind ?? null,
    settled: lastRoute?.kind ?? null,
    candidates: lastRoute === null ? '' : `${lastRoute.localType}–${lastRoute.remoteType}`,
    reason: lastRoute?.reason ?? '',
    history,
    openMs,
    firstByteMs,
    directMs,
    isVerified,
    failure: isVerified ? '' : timeline.failure || `still “${state}” after the limit`,
  }
}

/** Runs pairs, a few at a time, and keeps what came of each so that a run that was broken off can go on. */

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import type { Lab } from './lab.ts'
import { expectedOf, PAIR_FILE_BYTES, runPair, type Pair, type PairResult } from './pair.ts'
import { PAIR_HEADER, pairName, pairRow, type Tried } from './report.ts'
import { startPublicServers } from './public-servers.ts'
import { makeSource } from './transfer.ts'

export interface MatrixPlan {
  readonly pairs: readonly Pair[]
  /** Of each pair. */
  readonly times: number
  /** At a time: two processes each, and two emulated cables. */
  readonly atOnce: number
  /** One JSON line per try; tries that are in it are not made again. */
  readonly resultFile?: string | undefined
  readonly logFolder?: string | undefined
  readonly print: (line: string) => void
}

const Kept = v.object({
  key: v.string(),
  result: v.object({
    expected: v.picklist(['direct', 'relayed']),
    first: v.nullable(v.string()),
    settled: v.nullable(v.string()),
    candidates: v.string(),
    reason: v.string(),
    history: v.string(),
    openMs: v.nullable(v.number()),
    firstByteMs: v.nullable(v.number()),
    directMs: v.nullable(v.number()),
    isVerified: v.boolean(),
    failure: v.string(),
  }),
})

/** Prints each pair as soon as all its tries are over. */
export async function runMatrix(lab: Lab, plan: MatrixPlan): Promise<readonly Tried[]> {
  const { pairs, times, atOnce, print } = plan
  const servers = await startPublicServers(lab)
  const source = makeSource(lab.folder, PAIR_FILE_BYTES)
  const kept = readKept(plan.resultFile)
  print(PAIR_HEADER)
  const tried: Tried[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const index = next++
      const pair = pairs[index]
      if (pair === undefined) return
      const results: PairResult[] = kept.get(keyOf(pair))?.slice(0, times) ?? []
      while (results.length < times) {
        const logFolder =
          plan.logFolder === undefined
            ? undefined
            : path.join(plan.logFolder, `${pair.from}--${pair.to}-${index}-${results.length}`)
        const result = await runPair(lab, servers, pair, { source, logFolder })
        results.push(result)
        keep(plan.resultFile, pair, result)
      }
      const one = { pair, results }
      tried[index] = one
      print(pairRow(one))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return tried
}

function keyOf(pair: Pair): string {
  return `${pairName(pair)} by ${pair.relays.join()}, ${expectedOf(pair)}`
}

function readKept(file: string | undefined): Map<string, PairResult[]> {
  const kept = new Map<string, PairResult[]>()
  if (file === undefined || !existsSync(file)) return kept
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { key, result } = v.parse(Kept, JSON.parse(line))
    kept.set(key, [...(kept.get(key) ?? []), result])
  }
  return kept
}

function keep(file: string | undefined, pair: Pair, result: PairResult): void {
  if (file === undefined) return
  mkdirSync(path.dirname(file), { recursive: true })
  appendFileSync(file, `${JSON.stringify({ key: keyOf(pair), result })}\n`)
}

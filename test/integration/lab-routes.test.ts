/**
 * The real command line between networks of every class: each pair connects, settles on the route that physics allows, and what
 * arrives is what was sent; and a transfer goes on when the network under it changes. The whole matrix: `npm run lab`.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatorIsMissing } from '#test/lab/emulator/emulator.ts'
import { EVENT_FILE_BYTES, runEvent, type EventResult } from '#test/lab/event-run.ts'
import type { EventName } from '#test/lab/events.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import {
  expectedOf,
  PAIR_FILE_BYTES,
  PAIR_LINE,
  runPair,
  type Pair,
  type PairResult,
} from '#test/lab/pair.ts'
import { TEST_PAIRS } from '#test/lab/pairs.ts'
import { startPublicServers, type PublicServers } from '#test/lab/public-servers.ts'
import { pairName } from '#test/lab/report.ts'
import { makeSource, type SourceFile } from '#test/lab/transfer.ts'

/** Four processes each: more at a time would only wait for each other. */
const AT_ONCE = 3
/** Half the lab's cable and half its file: a transfer takes as long, with half the packets for the processor to carry. */
const LINE = { ...PAIR_LINE, rateMbit: PAIR_LINE.rateMbit / 2, queueBytes: PAIR_LINE.queueBytes / 2 }
const FILE_BYTES = PAIR_FILE_BYTES / 2
/** Without progress beyond what nobody can help: the mission's five seconds, doubled for machines that do other things too. */
const MAX_PAUSE_MS = 10_000
/** Bytes that may come twice: what was under way when the old connection died. */
const MAX_TWICE_BYTES = 2 * 1024 * 1024

const TEST_EVENTS: readonly EventName[] = ['nat-reset', 'host-moves', 'relay-dies']

const missing = (await labIsMissing()) ?? (await emulatorIsMissing())

describe.skipIf(missing !== undefined)(
  `routes${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    let lab: Lab
    let servers: PublicServers
    let source: SourceFile
    const happened = new Map<EventName, PromiseSettledResult<EventResult>>()
    let results: readonly PromiseSettledResult<PairResult>[]
    beforeAll(async () => {
      lab = await Lab.open()
      servers = await startPublicServers(lab)
      source = makeSource(lab.folder, FILE_BYTES)
      results = await runAll(TEST_PAIRS, (pair) => tryPair(lab, servers, pair, source))
      const longer = makeSource(lab.folder, EVENT_FILE_BYTES)
      await Promise.all(
        TEST_EVENTS.map(async (name) => {
          const [result] = await Promise.allSettled([runEvent(lab, servers, name, { source: longer })])
          happened.set(name, result)
        }),
      )
    }, 600_000)
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    test.each(TEST_PAIRS.map((pair, index) => ({ name: pairName(pair), pair, index })))(
      '$name',
      ({ pair, index }) => {
        const settled = results[index]
        if (settled?.status !== 'fulfilled') throw settled?.reason
        const result = settled.value
        expect(result).toMatchObject({ isVerified: true, failure: '' })
        const kinds = expectedOf(pair) === 'direct' ? ['lan', 'direct'] : ['relayed']
        expect(kinds, JSON.stringify(result)).toContain(result.settled)
        expect(result.reason).not.toBe('')
      },
    )

    test.each(TEST_EVENTS)('goes on after %s', (name) => {
      const settled = happened.get(name)
      if (settled?.status !== 'fulfilled') throw settled?.reason
      const result = settled.value
      expect(result).toMatchObject({ isVerified: true, failure: '' })
      expect(result.pauseMs - result.outageMs).toBeLessThan(MAX_PAUSE_MS)
      expect(result.receivedBytes - result.fileBytes).toBeLessThan(MAX_TWICE_BYTES)
    })
  },
)

/** Foreseeing a router's ports takes luck: nine of ten tries is what is promised, so one of two is asked for. */
async function tryPair(
  lab: Lab,
  servers: PublicServers,
  pair: Pair,
  source: SourceFile,
): Promise<PairResult> {
  const result = await runPair(lab, servers, pair, { source, line: LINE })
  const isLucky = [pair.from, pair.to].includes('symmetric-step')
  if (!isLucky || result.settled !== 'relayed') return result
  return await runPair(lab, servers, pair, { source, line: LINE })
}

/** A few at a time, in order. */
async function runAll(
  pairs: readonly Pair[],
  run: (pair: Pair) => Promise<PairResult>,
): Promise<readonly PromiseSettledResult<PairResult>[]> {
  const waiting = pairs.entries()
  const results: PromiseSettledResult<PairResult>[] = []
  const work = async (): Promise<void> => {
    for (const [index, pair] of waiting) {
      const [result] = await Promise.allSettled([run(pair)])
      results[index] = result
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

/** A receiver that is killed again and again: nothing verified is fetched twice, and the copy is identical. */

import { expect, test } from 'vitest'
import * as v from 'valibot'
import { pieceBytesFor } from '#shared/share/piece-layout.ts'
import { MAX_WINDOW_BYTES } from '#shared/swarm/picker.ts'
import { BeelineProcess } from './harness/beeline-process.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { notedPieces, repetitionCount, watchForRepetition } from './harness/noted-pieces.ts'
import { seededRandom, type SeededRandom } from './harness/seeded-random.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { compareFolders, writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024
const KILLS = 10
const LARGE_BYTES = 220 * MIB
const SMALL_FILES = 400
const SMALL_BYTES = 20_000
const TOTAL_BYTES = LARGE_BYTES + SMALL_FILES * SMALL_BYTES
const PIECE_BYTES = pieceBytesFor(TOTAL_BYTES)
const PIECE_COUNT = Math.ceil(TOTAL_BYTES / PIECE_BYTES)
/** What a kill may cost: the window, and pieces that are being put together or verified (48 MiB of them at most). */
const LOST_PER_KILL_BYTES = MAX_WINDOW_BYTES + 48 * MIB

/** Waits for a moment that nobody foresees: at start-up, while checking, or somewhere in the middle. */
async function waitForRandomMoment(
  receiver: BeelineProcess,
  random: SeededRandom,
  home: string,
  noteLimit: number,
): Promise<void> {
  if (random.next() < 0.25) {
    const state = ['looking', 'offered', 'checking', 'receiving'][random.below(4)]
    await eventually(`the state ${state}`, () =>
      receiver.events.some((event) => event['state'] === state || event['state'] === 'receiving'),
    )
    await sleep(random.below(60))
    return
  }
  const before = notedPieces(home).size
  const wanted = before + random.below(Math.max(1, noteLimit - before))
  const untilMs = Date.now() + 60_000
  while (notedPieces(home).size <= wanted && receiver.isRunning && Date.now() < untilMs) await sleep(4)
  await sleep(random.below(12))
}

test('killed at ten random moments, a receiver goes on each time and fetches nothing verified twice', async () => {
  using folder = await TempFolder.create()
  const random = seededRandom()
  writeRandomFile(folder.at('tree/large.bin'), LARGE_BYTES)
  for (let i = 0; i < SMALL_FILES; i++) {
    writeFile(folder.at('tree', `many/${i % 9}/${i}`), new Uint8Array(SMALL_BYTES).fill(i))
  }
  await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], {
    home: folder.at('home-a'),
  })
  const link = await sender.link()
  const home = folder.at('home-b')
  watchForRepetition(home)
  const get = ['get', link, '--to', folder.at('got'), '--yes']
  const told: string[] = []

  for (let kill = 1; kill <= KILLS; kill++) {
    const before = notedPieces(home)
    await using receiver = new BeelineProcess(get, { home })
    await waitForRandomMoment(receiver, random, home, Math.floor((PIECE_COUNT * kill) / (KILLS + 2)))
    const wasRunning = receiver.isRunning
    await receiver.killHard()
    const noted = notedPieces(home)
    told.push(`${before.size}→${noted.size}`)
    const story = `seed ${random.seed}, ${told.join(' ')}, ${receiver.describe().slice(-3000)}`
    expect(wasRunning, `it ended before it was killed; ${story}`).toBe(true)
    expect(
      [...before].filter((piece) => !noted.has(piece)),
      story,
    ).toEqual([])
    // Once it receives, it has said what it found: everything that was noted.
    const { view } = receiver
    const resumedBytes = view?.state === 'receiving' ? view.resumedBytes : Number.POSITIVE_INFINITY
    expect(resumedBytes, story).toBeGreaterThanOrEqual(bytesOf(before))
  }

  const noted = notedPieces(home)
  await using last = new BeelineProcess(get, { home })
  const ending = await last.ending()
  const story = `seed ${random.seed}, ${told.join(' ')}, ${last.describe()}`
  expect(ending, story).toEqual({ code: 0, signal: null })
  const Result = v.looseObject({
    receivedBytes: v.number(),
    resumedBytes: v.number(),
    totalBytes: v.number(),
  })
  const done = v.parse(Result, last.find('done'))
  expect(done.totalBytes).toBe(TOTAL_BYTES)
  expect(done.resumedBytes, story).toBe(bytesOf(noted))
  expect(done.receivedBytes, story).toBe(TOTAL_BYTES - bytesOf(noted))
  expect(repetitionCount(home), story).toBe(0)
  expect(notedPieces(home).size).toBe(PIECE_COUNT)
  expect(compareFolders(folder.at('tree'), folder.at('got/tree')), story).toEqual([])
  // What went over the wire in all eleven runs, as the sender counts it.
  await sender.reaches('the last numbers', (view) => view.sentBytes >= TOTAL_BYTES)
  expect(sender.view?.sentBytes, story).toBeLessThanOrEqual(TOTAL_BYTES + KILLS * LOST_PER_KILL_BYTES)
  console.log(
    `seed ${random.seed}; pieces noted ${told.join(' ')}; sent ${sender.view?.sentBytes} of ${TOTAL_BYTES}`,
  )
})

function bytesOf(pieces: ReadonlySet<number>): number {
  const last = PIECE_COUNT - 1
  const shortBy = pieces.has(last) ? PIECE_COUNT * PIECE_BYTES - TOTAL_BYTES : 0
  return pieces.size * PIECE_BYTES - shortBy
}

/** The simulated line keeps the promises of a lane, and moves as many bytes as it says. */

import { expect, test } from 'vitest'
import { laneContract } from '../lane-contract.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { Host, SimulatedLane } from './network.ts'

const MIB = 1024 * 1024
const LINE = { upBytesPerSecond: 50 * MIB, downBytesPerSecond: 50 * MIB }

laneContract('simulated lane', () => {
  const clock = new VirtualClock()
  const [left, right] = SimulatedLane.pair('lane', new Host(clock, LINE), new Host(clock, LINE), 5)
  return Promise.resolve({
    left,
    right,
    async until(what, isDone) {
      if (!(await clock.run(60_000, isDone))) throw new Error(`never came: ${what}`)
    },
    async pass() {
      await clock.run(100)
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })
})

/** Sends so many MiB from each host to each other one. @returns when each of them had everything, seconds */
async function endsOf(ways: readonly (readonly [Host, Host])[], clock: VirtualClock): Promise<number[]> {
  const ends: number[] = []
  ways.forEach(([from, to], i) => {
    const [mine, theirs] = SimulatedLane.pair(`${i}`, from, to, 0)
    let left = 40
    theirs.attach({
      control: () => undefined,
      frame: () => {
        if (--left === 0) ends[i] = clock.now() / 1000
      },
      writable: () => undefined,
      closed: () => undefined,
    })
    for (let sent = 0; sent < 40; sent++) mine.sendFrame(new Uint8Array(MIB / 10))
  })
  await clock.run(60_000)
  return ends
}

test('lanes of one host share its line up, fairly', async () => {
  const clock = new VirtualClock()
  const host = (up: number, down: number): Host =>
    new Host(clock, { upBytesPerSecond: up * MIB, downBytesPerSecond: down * MIB })
  const from = host(1, 100)
  const [one, two] = await endsOf(
    [
      [from, host(1, 100)],
      [from, host(1, 100)],
    ],
    clock,
  )
  expect(one).toBeCloseTo(8, 0)
  expect(two).toBeCloseTo(8, 0)
})

test('the line down of a host holds back all who send to it together', async () => {
  const clock = new VirtualClock()
  const host = (up: number, down: number): Host =>
    new Host(clock, { upBytesPerSecond: up * MIB, downBytesPerSecond: down * MIB })
  const to = host(1, 2)
  const ends = await endsOf(
    [
      [host(100, 1), to],
      [host(100, 1), to],
    ],
    clock,
  )
  expect(Math.max(...ends)).toBeCloseTo(4, 0)
})

/** The lane over real data channels keeps the promises that the swarm relies on. */

import { expect, test } from 'vitest'
import { Network } from '#engine/connect/network.ts'
import { RtcConnection } from '#engine/connect/rtc-connection.ts'
import type { RtcLane } from '#engine/connect/rtc-lane.ts'
import type { Signal } from '#shared/protocol/signals.ts'
import { laneContract, type LanePair } from '#test/unit/swarm/lane-contract.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { newLane } from './harness/hostile-peer.ts'

const loopback = new Network({
  iceServers: [],
  policy: 'automatic',
  bindAddress: '127.0.0.1',
  portRange: undefined,
  log: () => undefined,
})

/** Two ends of one lane on loopback, signals handed over directly. */
async function openPair(): Promise<LanePair> {
  const lane = newLane()
  const opened: RtcLane[] = []
  const ends: RtcConnection[] = []
  for (const role of ['offer', 'answer'] as const) {
    const index = ends.length
    ends.push(
      new RtcConnection({
        lane,
        role,
        network: loopback,
        ways: 'any',
        predict: false,
        events: {
          signal: (signal: Signal) => ends[1 - index]?.receive(signal),
          opened: (open) => {
            opened[index] = open
          },
          failed: (error) => {
            throw error
          },
        },
      }),
    )
  }
  ends[0]?.start()
  const [left, right] = await eventually('both ends', () => {
    const [one, two] = opened
    return one !== undefined && two !== undefined ? ([one, two] as const) : undefined
  })
  return {
    left,
    right,
    until: async (what, isDone) => void (await eventually(what, isDone)),
    pass: () => sleep(200),
    async [Symbol.asyncDispose]() {
      for (const end of ends) end.close()
      await sleep(100)
    },
  }
}

laneContract('lane over WebRTC', openPair)

test('a lane on which answers pile up ends, instead of filling the memory', async () => {
  await using pair = await openPair()
  const { left, right, until } = pair
  let isClosed = false
  left.attach({
    control: () => undefined,
    frame: () => undefined,
    writable: () => undefined,
    closed: () => {
      isClosed = true
    },
  })
  // All in one turn: faster than any network takes it.
  const text = 'x'.repeat(150_000)
  let sent = 0
  while (sent < 5000 && left.sendControl(text)) sent++
  expect(sent).toBeLessThan(5000)
  expect(isClosed).toBe(false)
  await until('the end', () => isClosed)
  expect(right.id).toBe(left.id)
})

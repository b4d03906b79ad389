/** The lane of the simulations keeps the promises of a real one. */

import { laneContract } from './lane-contract.ts'
import { MemoryLane } from './memory-lane.ts'
import { VirtualClock } from './virtual-clock.ts'

laneContract('memory lane', () => {
  const clock = new VirtualClock()
  const [left, right] = MemoryLane.pair(clock, 'lane')
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

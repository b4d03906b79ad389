/** More than two people: receivers pass on what they have, also when the first sender is gone. */

import { expect, test } from 'vitest'
import { eventually, sleep } from './harness/eventually.ts'
import { ProcessSwarm } from './harness/process-swarm.ts'
import { writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024

function makeTree(root: string): void {
  writeRandomFile(`${root}/large.bin`, 200 * MIB)
  for (let i = 0; i < 200; i++) writeFile(`${root}/small/${i % 5}/${i}`, `${i} `.repeat(i))
}

test('two receivers at once: the sender is killed as soon as the swarm holds every piece, and both finish', async () => {
  await using swarm = await ProcessSwarm.open({ make: makeTree })
  const first = swarm.receive('--seed')
  swarm.receive('--seed')
  const pieceCount = await eventually(
    'the number of pieces',
    () => first.process.view?.pieceCount || undefined,
  )
  while (swarm.heldByReceivers().size < pieceCount) {
    expect(swarm.sender.isRunning, swarm.sender.describe()).toBe(true)
    await sleep(5)
  }
  await swarm.sender.killHard()
  for (const receiver of swarm.receivers) {
    await receiver.done()
    expect(receiver.problems(), receiver.process.describe()).toEqual([])
  }
})

test('a newcomer gets the list of files and every piece from a receiver that seeds, the sender being gone', async () => {
  await using swarm = await ProcessSwarm.open({ make: makeTree })
  const seeder = swarm.receive('--seed')
  await seeder.done()
  await swarm.sender.killHard()
  const newcomer = swarm.receive()
  expect(await newcomer.process.ending(), newcomer.process.describe()).toEqual({ code: 0, signal: null })
  expect(newcomer.problems()).toEqual([])
  await seeder.process.reaches('the last numbers', (view) => view.sentBytes >= view.totalBytes)
  // Told by Ctrl-C that it may go, it has done what it was asked for.
  expect(await seeder.process.interrupt()).toEqual({ code: 0, signal: null })
})

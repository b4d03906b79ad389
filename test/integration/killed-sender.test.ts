/** A sender, and a coordinator of its own process, that are killed in the middle of a transfer. */

import { expect, test } from 'vitest'
import * as v from 'valibot'
import { BeelineProcess, type ProcessView } from './harness/beeline-process.ts'
import { ProcessSwarm } from './harness/process-swarm.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { compareFolders, writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024
const DONE = { code: 0, signal: null }

function makeTree(root: string): void {
  writeRandomFile(`${root}/large.bin`, 280 * MIB)
  for (let i = 0; i < 100; i++) writeFile(`${root}/small/${i}`, `${i}`)
}

/** Late enough to be in the middle, early enough to be over before the end. */
const isUnderWay = (view: ProcessView): boolean => view.doneBytes > 0.1 * view.totalBytes

test('a sender is killed half-way, with the coordinator in it: taken up again, the receiver that kept running finishes by itself', async () => {
  using folder = await TempFolder.create()
  makeTree(folder.at('tree'))
  const sending = { home: folder.at('home-a') }
  await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], sending)
  const link = await sender.link()
  const shortId = v.parse(v.string(), sender.find('link')?.['shortId'])
  await using receiver = new BeelineProcess(['get', link, '--to', folder.at('got'), '--yes'], {
    home: folder.at('home-b'),
  })
  await receiver.reaches('the middle', isUnderWay)
  await sender.killHard()
  expect(receiver.isRunning, receiver.describe()).toBe(true)
  expect(receiver.find('done')).toBe(undefined)

  await using again = new BeelineProcess(['send', '--resume', shortId], sending)
  expect(await again.link()).toBe(link)
  expect(await receiver.ending(), receiver.describe()).toEqual(DONE)
  expect(compareFolders(folder.at('tree'), folder.at('got/tree'))).toEqual([])
})

test('a coordinator is killed half-way: the transfer goes on, and once it is back another receiver can join', async () => {
  await using swarm = await ProcessSwarm.open({ make: makeTree })
  const { sender } = swarm
  const receiver = swarm.receive()
  await receiver.process.reaches('the middle', isUnderWay)
  await swarm.coordinator.killHard()
  expect(receiver.process.find('done')).toBe(undefined)
  expect(await receiver.process.ending(), receiver.process.describe()).toEqual(DONE)
  expect(receiver.problems()).toEqual([])
  await sender.reaches('knowing that the coordinator is away', (view) => view.coordinator !== 'online')

  await swarm.bringCoordinatorBack()
  await sender.reaches('the coordinator that is back', (view) => view.coordinator === 'online')
  const newcomer = swarm.receive()
  expect(await newcomer.process.ending(), newcomer.process.describe()).toEqual(DONE)
  expect(newcomer.problems()).toEqual([])
  expect(swarm.coordinator.isRunning).toBe(true)
})

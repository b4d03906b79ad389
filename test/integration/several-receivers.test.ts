/** More than two people: receivers pass on what they have, also when the first sender is gone. */

import { expect, test } from 'vitest'
import { BeelineProcess, startCoordinatorProcess } from './harness/beeline-process.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { notedPieces } from './harness/noted-pieces.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { compareFolders, writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024

function makeTree(root: string): void {
  writeRandomFile(`${root}/large.bin`, 200 * MIB)
  for (let i = 0; i < 200; i++) writeFile(`${root}/small/${i % 5}/${i}`, `${i} `.repeat(i))
}

test('two receivers at once: the sender is killed as soon as the swarm holds every piece, and both finish', async () => {
  using folder = await TempFolder.create()
  makeTree(folder.at('tree'))
  const coordinator = await startCoordinatorProcess(folder.at('home-c'))
  await using _coordinator = coordinator.process
  await using sender = new BeelineProcess(['send', folder.at('tree'), '--coordinator', coordinator.url], {
    home: folder.at('home-a'),
  })
  const link = await sender.link()
  const homes = [folder.at('home-1'), folder.at('home-2')]
  const get = (i: number): BeelineProcess =>
    new BeelineProcess(['get', link, '--to', folder.at(`got-${i}`), '--yes', '--seed'], {
      home: homes[i] ?? '',
    })
  await using first = get(0)
  await using second = get(1)
  const pieceCount = await eventually('the number of pieces', () => first.view?.pieceCount || undefined)
  for (;;) {
    const held = homes.map((home) => notedPieces(home))
    if (held.reduce((all, pieces) => all.union(pieces)).size === pieceCount) break
    expect(sender.isRunning, sender.describe()).toBe(true)
    await sleep(5)
  }
  await sender.killHard()
  for (const [i, receiver] of [first, second].entries()) {
    await receiver.event('done')
    expect(compareFolders(folder.at('tree'), folder.at(`got-${i}/tree`)), receiver.describe()).toEqual([])
  }
})

test('a newcomer gets the list of files and every piece from a receiver that seeds, the sender being gone', async () => {
  using folder = await TempFolder.create()
  makeTree(folder.at('tree'))
  const coordinator = await startCoordinatorProcess(folder.at('home-c'))
  await using _coordinator = coordinator.process
  await using sender = new BeelineProcess(['send', folder.at('tree'), '--coordinator', coordinator.url], {
    home: folder.at('home-a'),
  })
  const link = await sender.link()
  await using seeder = new BeelineProcess(['get', link, '--to', folder.at('got-0'), '--yes', '--seed'], {
    home: folder.at('home-1'),
  })
  await seeder.event('done')
  await sender.killHard()
  await using newcomer = new BeelineProcess(['get', link, '--to', folder.at('got-1'), '--yes'], {
    home: folder.at('home-2'),
  })
  expect(await newcomer.ending(), newcomer.describe()).toEqual({ code: 0, signal: null })
  expect(compareFolders(folder.at('tree'), folder.at('got-1/tree'))).toEqual([])
  await seeder.reaches('the last numbers', (view) => view.sentBytes >= view.totalBytes)
  // Told by Ctrl-C that it may go, it has done what it was asked for.
  expect(await seeder.interrupt()).toEqual({ code: 0, signal: null })
})

/** What already stands on this disk is not fetched again: another share with the same files, and a changed folder. */

import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BeelineProcess } from './harness/beeline-process.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { compareFolders, writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024

test('a changed folder that is received again moves only what has changed', async () => {
  using folder = await TempFolder.create()
  const source = folder.at('tree')
  for (let i = 0; i < 10; i++) writeRandomFile(`${source}/photos/${i}.raw`, 2 * MIB + i)
  for (let i = 0; i < 200; i++)
    writeFile(`${source}/notes/${i}`, `note ${i}, all of one length`.padEnd(900, '.'))
  const receive = async (to: string): Promise<{ receivedBytes: number; totalBytes: number }> => {
    await using sender = new BeelineProcess(['send', source, '--listen', '127.0.0.1:0'], {
      home: folder.at('home-a'),
    })
    const link = await sender.link()
    await using get = new BeelineProcess(['get', link, '--to', folder.at(to), '--yes'], {
      home: folder.at('home-b'),
    })
    expect(await get.ending(), get.describe()).toEqual({ code: 0, signal: null })
    expect(compareFolders(source, folder.at(`${to}/tree`))).toEqual([])
    const done = get.find('done')
    return { receivedBytes: Number(done?.['receivedBytes']), totalBytes: Number(done?.['totalBytes']) }
  }
  const first = await receive('first')
  expect(first.receivedBytes).toBeGreaterThanOrEqual(first.totalBytes)

  // One file grows, so that all behind it lies elsewhere in the pieces; one is renamed, one is new.
  appendFileSync(`${source}/photos/3.raw`, 'more')
  renameSync(`${source}/photos/7.raw`, `${source}/photos/seven.raw`)
  writeFileSync(`${source}/notes/new`, 'new')
  const second = await receive('second')
  // The grown file, the pieces it shares with others, and the one with the new note.
  expect(second.receivedBytes).toBeGreaterThan(2 * MIB)
  expect(second.receivedBytes).toBeLessThan(4 * MIB)

  // What looks the same and is not is noticed, and comes from the sender.
  writeRandomFile(folder.at('second/tree/photos/5.raw'), 2 * MIB + 5)
  writeRandomFile(folder.at('first/tree/photos/5.raw'), 2 * MIB + 5)
  const third = await receive('third')
  expect(third.receivedBytes).toBeGreaterThan(2 * MIB)
  expect(third.receivedBytes).toBeLessThan(4 * MIB)
})

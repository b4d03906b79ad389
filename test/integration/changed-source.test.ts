/** Files that change while they are shared: the sender stops and says so, and no copy ever mixes old and new. */

import { closeSync, openSync, renameSync, truncateSync, unlinkSync, writeSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as v from 'valibot'
import { BeelineProcess } from './harness/beeline-process.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { describeTree, differencesOf, writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024
const LARGE_BYTES = 250 * MIB
const SOURCE_EXIT = 66

const CHANGES: readonly (readonly [how: string, change: (file: string) => void])[] = [
  ['written over in every piece', (file) => writeOver(file)],
  ['shortened', (file) => truncateSync(file, MIB)],
  [
    'replaced by another of the same size',
    (file) => {
      writeRandomFile(`${file}.new`, LARGE_BYTES)
      renameSync(`${file}.new`, file)
    },
  ],
  ['deleted', (file) => unlinkSync(file)],
]

function writeOver(file: string): void {
  const descriptor = openSync(file, 'r+')
  for (let at = 0; at < LARGE_BYTES; at += 64 * 1024) writeSync(descriptor, 'changed', at)
  closeSync(descriptor)
}

test.each(CHANGES)(
  'a file is %s during the transfer: the copy is the old one or none',
  async (_how, change) => {
    using folder = await TempFolder.create()
    const file = writeRandomFile(folder.at('tree/large.bin'), LARGE_BYTES)
    const original = describeTree(folder.at('tree'))
    await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], {
      home: folder.at('a'),
    })
    await using receiver = new BeelineProcess(
      ['get', await sender.link(), '--to', folder.at('got'), '--yes'],
      {
        home: folder.at('b'),
      },
    )
    await receiver.reaches('the first pieces', (view) => view.donePieces > 3)
    change(file)
    // A system keeps an open file readable after it was deleted or replaced; then the old content arrives whole.
    const ended = await Promise.race([
      receiver.event('done').then(
        () => 'receiver' as const,
        () => 'sender' as const,
      ),
      sender.ending().then(() => 'sender' as const),
    ])
    const endings = {
      async receiver() {
        const { code } = await receiver.ending()
        return {
          code,
          isTheOldOne: differencesOf(original, describeTree(folder.at('got/tree'))).length === 0,
        }
      },
      async sender() {
        const { code } = await sender.ending()
        const error = sender.find('error')?.['code']
        const receiving = await receiver.ending()
        // Unfinished, and named so: nobody takes it for the file.
        return {
          code,
          error,
          receiving: receiving.code,
          left: [...describeTree(folder.at('got/tree')).keys()],
        }
      },
    }
    expect([
      { code: 0, isTheOldOne: true },
      { code: SOURCE_EXIT, error: 'source.changed', receiving: SOURCE_EXIT, left: ['.', './large.bin.part'] },
    ]).toContainEqual(await endings[ended]())
  },
)

test('a file that changed between two runs of the sender: the old link is not taken up again', async () => {
  using folder = await TempFolder.create()
  writeFile(folder.at('tree/one'), 'one')
  const home = folder.at('a')
  await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], { home })
  await sender.reaches('seeding', (view) => view.state === 'seeding')
  const shortId = v.parse(v.string(), sender.find('link')?.['shortId'])
  await sender.killHard()
  writeFile(folder.at('tree/one'), 'two, and longer')
  await using again = new BeelineProcess(['send', '--resume', shortId], { home })
  expect(await again.ending()).toEqual({ code: SOURCE_EXIT, signal: null })
  expect(again.find('error')?.['code']).toBe('source.changed')
})

test('a file that changes before it is asked for is not sent', async () => {
  using folder = await TempFolder.create()
  const file = folder.at('tree/one')
  writeFile(file, 'old content')
  await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], {
    home: folder.at('a'),
  })
  await sender.reaches('seeding', (view) => view.state === 'seeding')
  writeFile(file, 'new content')
  await using receiver = new BeelineProcess(['get', await sender.link(), '--to', folder.at('got'), '--yes'], {
    home: folder.at('b'),
  })
  expect(await sender.ending()).toEqual({ code: SOURCE_EXIT, signal: null })
  expect((await receiver.ending()).code).toBe(SOURCE_EXIT)
  expect(receiver.find('error')?.['code']).toBe('share.changed')
  expect([...describeTree(folder.at('got')).keys()]).not.toContain('./tree/one')
})

/** The link does not wait for the files, however large: nothing is read ahead. */

import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BeelineProcess } from './harness/beeline-process.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { writeFile } from './harness/trees.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

test('50 GiB have their link at once, and nothing of them is read before somebody asks', async () => {
  using folder = await TempFolder.create()
  mkdirSync(folder.at('tree'))
  const descriptor = openSync(folder.at('tree/sparse.bin'), 'w')
  ftruncateSync(descriptor, 50 * GIB)
  closeSync(descriptor)
  for (let i = 0; i < 2000; i++) writeFile(folder.at(`tree/small/${i % 10}/${i}`), `${i}`)

  await using sender = new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], {
    home: folder.at('home'),
  })
  // Ten seconds are the patience of this test, not of the person: reading 50 GiB takes far longer.
  await sender.event('link', 10_000)
  const isWalked = sender.events.some((event) => event['state'] === 'seeding')
  expect(isWalked, 'the link must not wait for the walk').toBe(false)
  await sender.reaches(
    'the end of the walk',
    (view) => view.state === 'seeding' && view.totalBytes >= 50 * GIB,
  )
  // The program itself, its libraries and its database are some 30 MiB.
  expect(readBytesOf(sender.pid)).toBeLessThan(300 * MIB)
})

/** Bytes that a process has read from files, cached or not. */
function readBytesOf(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

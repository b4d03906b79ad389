/** Destinations that are full, read-only, occupied or booby-trapped: a clear end, nothing lost, nothing written elsewhere. */

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pieceBytesFor } from '#shared/share/piece-layout.ts'
import { BeelineProcess, type ProcessView } from './harness/beeline-process.ts'
import { notedPieces } from './harness/noted-pieces.ts'
import { NO_SMALL_DISK, SmallDisk } from './harness/small-disk.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { compareFolders, describeTree, writeFile, writeRandomFile } from './harness/trees.ts'

const MIB = 1024 * 1024

let stack: AsyncDisposableStack
let folder: TempFolder
let link: string
let nextHome = 0

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  folder = stack.use(await TempFolder.create())
})

afterEach(() => stack.disposeAsync())

async function share(largeBytes: number): Promise<void> {
  writeRandomFile(folder.at('tree/sub/large.bin'), largeBytes)
  for (let i = 0; i < 50; i++) writeFile(folder.at(`tree/sub/small-${i}`), `${i}`.repeat(100))
  writeFile(folder.at('tree/top'), 'top')
  const sender = stack.use(
    new BeelineProcess(['send', folder.at('tree'), '--listen', '127.0.0.1:0'], { home: folder.at('sender') }),
  )
  link = await sender.link()
}

function get(destination: string, home = folder.at(`home-${nextHome++}`)): BeelineProcess {
  return stack.use(new BeelineProcess(['get', link, '--to', destination, '--yes'], { home }))
}

/** The exit code and the error that it ended with. */
async function failureOf(process: BeelineProcess): Promise<string> {
  const { code } = await process.ending()
  return `${code} ${String(process.find('error')?.['code'])}`
}

/** What is wrong with a transfer and its copy; nothing if all is well. */
async function problemsOf(process: BeelineProcess, copy: string): Promise<string[]> {
  const { code } = await process.ending()
  return code === 0 ? compareFolders(folder.at('tree'), copy) : [`${code}: ${process.describe()}`]
}

const hasBegun = (view: ProcessView): boolean => view.donePieces > 3

test.skipIf(NO_SMALL_DISK !== undefined)(
  `a disk with too little space is refused before anything is written${why()}`,
  async () => {
    await share(40 * MIB)
    using disk = new SmallDisk(folder.at('disk'), 30 * MIB)
    expect(await failureOf(get(disk.path))).toBe('73 disk.no-space')
    expect(readdirSync(disk.path)).toEqual([])
  },
)

test.skipIf(NO_SMALL_DISK !== undefined)(
  `a disk that somebody else fills meanwhile: what has arrived is kept, and it goes on when there is space${why()}`,
  async () => {
    await share(120 * MIB)
    using disk = new SmallDisk(folder.at('disk'), 130 * MIB)
    const home = folder.at('home')
    const first = get(disk.path, home)
    await first.reaches('the first pieces', hasBegun)
    writeFileSync(`${disk.path}/somebody else`, new Uint8Array(60 * MIB))
    expect(await failureOf(first)).toBe('73 disk.full')
    const noted = notedPieces(home).size
    expect(noted).toBeGreaterThan(0)

    rmSync(`${disk.path}/somebody else`)
    const second = get(disk.path, home)
    expect(await problemsOf(second, `${disk.path}/tree`)).toEqual([])
    expect(second.find('done')?.['resumedBytes'], second.describe()).toBeGreaterThanOrEqual(
      (noted - 1) * pieceBytesFor(120 * MIB),
    )
  },
)

test.skipIf(NO_SMALL_DISK !== undefined)(`a read-only disk is named as the reason${why()}`, async () => {
  await share(MIB)
  using disk = new SmallDisk(folder.at('disk'), 30 * MIB)
  disk.makeReadOnly()
  expect(await failureOf(get(disk.path))).toBe('73 disk.read-only')
  expect(await failureOf(get(`${disk.path}/new folder`))).toBe('73 disk.read-only')
  disk.makeWritable()
  expect(await problemsOf(get(disk.path), `${disk.path}/tree`)).toEqual([])
})

test('a file where the destination should be is refused', async () => {
  await share(MIB)
  writeFileSync(folder.at('occupied'), 'mine')
  expect(await failureOf(get(folder.at('occupied')))).toBe('73 disk.unsafe-path')
  expect(await failureOf(get(folder.at('occupied/below')))).toBe('73 disk.unsafe-path')
  expect(describeTree(folder.at('occupied')).get('.')).toMatch(/^plain file of 4 bytes/)
})

test('a folder of the same name is not touched: the share gets a number', async () => {
  await share(MIB)
  writeFile(folder.at('got/tree/top'), 'mine')
  writeFile(folder.at('got/tree (2)'), 'mine too')
  const before = describeTree(folder.at('got'))
  expect(await problemsOf(get(folder.at('got')), folder.at('got/tree (3)'))).toEqual([])
  rmSync(folder.at('got/tree (3)'), { recursive: true })
  expect(describeTree(folder.at('got'))).toEqual(before)
})

test('a folder that was replaced by a link between two runs is refused, and nothing is written through it', async () => {
  await share(150 * MIB)
  const home = folder.at('home')
  const first = get(folder.at('got'), home)
  await first.reaches('the first pieces', hasBegun)
  await first.killHard()
  renameSync(folder.at('got/tree/sub'), folder.at('moved'))
  mkdirSync(folder.at('elsewhere'))
  symlinkSync(folder.at('elsewhere'), folder.at('got/tree/sub'))
  expect(await failureOf(get(folder.at('got'), home))).toBe('73 disk.unsafe-path')
  expect(readdirSync(folder.at('elsewhere'))).toEqual([])

  // Also when the other folder already holds what was there: it is still not ours to write into.
  rmSync(folder.at('got/tree/sub'))
  symlinkSync(folder.at('moved'), folder.at('got/tree/sub'))
  const moved = readdirSync(folder.at('moved'))
  expect(await failureOf(get(folder.at('got'), home))).toBe('73 disk.unsafe-path')
  expect(readdirSync(folder.at('moved'))).toEqual(moved)

  rmSync(folder.at('got/tree/sub'))
  expect(await problemsOf(get(folder.at('got'), home), folder.at('got/tree'))).toEqual([])
})

test('a file that stands where a folder was is refused', async () => {
  await share(150 * MIB)
  const home = folder.at('home')
  const first = get(folder.at('got'), home)
  await first.reaches('the first pieces', hasBegun)
  await first.killHard()
  rmSync(folder.at('got/tree/sub'), { recursive: true })
  writeFileSync(folder.at('got/tree/sub'), 'in the way')
  expect(await failureOf(get(folder.at('got'), home))).toBe('73 disk.unsafe-path')
  expect(describeTree(folder.at('got/tree/sub')).get('.')).toMatch(/^plain file of 10 bytes/)
})

test('what was deleted between two runs is fetched again', async () => {
  await share(100 * MIB)
  const home = folder.at('home')
  const first = get(folder.at('got'), home)
  await first.reaches('the first pieces', hasBegun)
  await first.killHard()
  rmSync(folder.at('got/tree'), { recursive: true })
  expect(await problemsOf(get(folder.at('got'), home), folder.at('got/tree'))).toEqual([])
})

test('a second process for the same share and folder is refused while the first one runs', async () => {
  await share(200 * MIB)
  const home = folder.at('home')
  const first = get(folder.at('got'), home)
  await first.reaches('the first pieces', hasBegun)
  expect(await failureOf(get(folder.at('got'), home))).toBe('69 transfer.running')
  expect(await problemsOf(first, folder.at('got/tree'))).toEqual([])
  expect(existsSync(folder.at('got/tree (2)'))).toBe(false)
})

/** Beside the name of a test that is skipped. */
function why(): string {
  return NO_SMALL_DISK === undefined ? '' : ` (skipped: ${NO_SMALL_DISK})`
}

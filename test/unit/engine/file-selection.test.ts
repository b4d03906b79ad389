/** Only some files of a share: of the others nothing is ever written, whatever comes in whatever order. */

import { rmSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { Selection } from '#shared/api/transfer-views.ts'
import { filesOf, type ManifestEntry } from '#shared/share/manifest.ts'
import { chooseWanted } from '#shared/share/selection.ts'
import type { DownloadStore } from '#engine/store/download-store.ts'
import { DiskPool } from '#engine/store/disk-pool.ts'
import { fileEntry, PIECE, StoreHarness } from './store-harness.ts'
import { tempFolder } from './temp-folder.ts'

const THREE = [fileEntry('t/a', PIECE + 1000), fileEntry('t/b', PIECE * 2), fileEntry('t/c', 10)]
const only = (...paths: string[]): Selection => ({ paths })

function openPool(): DiskPool {
  const pool = new DiskPool(2)
  onTestFinished(() => pool.close())
  return pool
}

function missing(store: DownloadStore): number[] {
  return Array.from({ length: store.layout.pieceCount }, (_, i) => i).filter(
    (piece) => store.progress.wanted.has(piece) && !store.have.has(piece),
  )
}

test('a piece at the edge is here, but not for others', async () => {
  using share = new StoreHarness(tempFolder(), openPool(), THREE)
  const store = await share.open(only('t/a'))
  expect(missing(store)).toEqual([0, 1])
  await share.write(store, [1, 0])
  expect([...share.found().keys()]).toEqual(['t/a'])
  expect([store.doneFiles, store.progress.doneBytes, store.progress.isComplete]).toEqual([
    1,
    PIECE + 1000,
    true,
  ])
  expect([store.whole.has(0), store.whole.has(1)]).toEqual([true, false])
  await expect(store.readPiece(1)).rejects.toMatchObject({ code: 'internal' })
})

test('more is wanted later: the piece at the edge comes again, and what stands finished is not touched', async () => {
  using share = new StoreHarness(tempFolder(), openPool(), THREE)
  const first = await share.open(only('t/a'))
  await share.write(first, [0, 1])
  await share.close(first)
  const second = await share.open(only('t/a', 't/c', 't/b'))
  expect(second.resumedBytes).toBe(PIECE + 1000)
  expect(second.doneFiles).toBe(1)
  expect(missing(second)).toEqual([1, 2, 3])
  await share.write(second, [3, 2, 1])
  expect(second.doneFiles).toBe(3)
  for (const [name, bytes] of share.found()) expect(Buffer.compare(bytes, share.trueContent(name))).toBe(0)
  expect([...share.found().keys()].sort()).toEqual(['t/a', 't/b', 't/c'])
  for (let piece = 0; piece < 4; piece++) {
    expect(Buffer.compare((await second.readPiece(piece)).bytes, share.pieceOf(piece).bytes)).toBe(0)
  }
})

test('after a crash a piece at the edge is checked by what was written of it', async () => {
  using share = new StoreHarness(tempFolder(), openPool(), THREE)
  const first = await share.open(only('t/b'))
  expect(missing(first)).toEqual([1, 2, 3])
  await share.write(first, [1, 3])
  // No clean end.
  const second = await share.open(only('t/b'))
  expect(missing(second)).toEqual([2])
  await share.write(second, [2])
  expect([...share.found().keys()]).toEqual(['t/b'])
  const third = await share.open(only('t/b'))
  expect([missing(third), third.doneFiles]).toEqual([[], 1])
})

/** Folders of few names, files from nothing to some pieces, an empty folder and a link. */
const entries: fc.Arbitrary<ManifestEntry[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('r/a', 'r/b', 'r/c/a', 'r/c/b', 'r/d/e/f', 'r/d/g', 'r/z', 'top'),
      sizeBytes: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: PIECE - 2, max: PIECE + 2 }),
        fc.integer({ min: PIECE, max: 3 * PIECE }),
      ),
    }),
    { selector: ({ name }) => name, minLength: 2, maxLength: 8 },
  )
  .map((files) => [
    ...files.map(({ name, sizeBytes }) => fileEntry(name, sizeBytes)),
    { kind: 'folder', path: 'r/hollow' },
  ])

const run = fc.record({
  /** Which of the share's paths, folders included; none for all. */
  choice: fc.array(fc.nat(), { maxLength: 4 }),
  order: fc.infiniteStream(fc.nat()),
  /** Pieces that are written before it ends, of those that are missing. */
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  ending: fc.constantFrom('clean' as const, 'crash' as const),
  /** The person deletes one of the files that are there. */
  deleted: fc.option(fc.nat(), { freq: 3 }),
})

test('whatever was chosen, in whatever order it came: exactly the wanted files, with the right content', async () => {
  const pool = openPool()
  await fc.assert(
    fc.asyncProperty(entries, fc.array(run, { minLength: 1, maxLength: 3 }), async (tree, runs) => {
      const folder = tempFolder()
      using share = new StoreHarness(folder, pool, tree)
      const files = filesOf(share.manifest).map((file) => file.path)
      const everWanted = new Set<string>()
      for (const [turn, { choice, order, share: part, ending, deleted }] of runs.entries()) {
        const selection = selectionFrom(files, choice)
        const wanted = chooseWanted(share.manifest, selection)
        const wantedFiles = files.filter((_, i) => wanted.files[i] === 1)
        for (const file of wantedFiles) everWanted.add(file)
        const store = await share.open(selection)
        const pieces = shuffled(missing(store), order)
        const isLast = turn === runs.length - 1
        await share.write(store, isLast ? pieces : pieces.slice(0, Math.floor(part * pieces.length)))
        const found = share.found()
        expect(wrongFiles(share, found, everWanted)).toEqual([])
        expect(await wrongPieces(share, store)).toEqual([])
        const { isComplete, doneBytes } = store.progress
        expect(!isLast || isComplete).toBe(true)
        expect(isComplete).toBe(doneBytes === wanted.totalBytes)
        const unfinished = wantedFiles.filter((file) => !found.has(file))
        expect(store.doneFiles).toBe(wanted.fileCount - unfinished.length)
        expect(isComplete && unfinished.length > 0).toBe(false)
        expect(runs.length > 1 || found.size === wanted.fileCount).toBe(true)
        if (ending === 'clean') await share.close(store)
        const gone = deleted === null ? undefined : [...found.keys()][deleted % Math.max(1, found.size)]
        if (gone !== undefined) rmSync(path.join(share.destination, gone))
      }
      rmSync(folder, { recursive: true })
    }),
    { numRuns: 100 },
  )
}, 120_000)

/** Files that nobody ever wanted, and finished ones with other content. */
function wrongFiles(
  share: StoreHarness,
  found: ReadonlyMap<string, Uint8Array>,
  everWanted: ReadonlySet<string>,
): string[] {
  return [...found.keys()].filter((name) => {
    const file = name.replace(/\.part$/, '')
    if (!everWanted.has(file)) return true
    return name === file && Buffer.compare(found.get(name) ?? Buffer.of(), share.trueContent(file)) !== 0
  })
}

/** Pieces that others would be given and that are not the truth. */
async function wrongPieces(share: StoreHarness, store: DownloadStore): Promise<number[]> {
  const wrong: number[] = []
  for (let piece = 0; piece < share.layout.pieceCount; piece++) {
    if (!store.whole.has(piece)) continue
    const { bytes } = await store.readPiece(piece)
    if (Buffer.compare(bytes, share.pieceOf(piece).bytes) !== 0) wrong.push(piece)
  }
  return wrong
}

function selectionFrom(files: readonly string[], choice: readonly number[]): Selection {
  const names = new Set(files)
  for (const file of files) {
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
      names.add(file.slice(0, end))
    }
  }
  const all = [...names]
  const [first = '', ...others] = choice.map((number) => all[number % all.length] ?? '')
  return choice.length === 0 ? null : { paths: [first, ...others] }
}

function shuffled(pieces: readonly number[], order: Iterable<number>): number[] {
  const keys = order[Symbol.iterator]()
  return pieces
    .map((piece) => ({ piece, key: Number(keys.next().value) }))
    .sort((left, right) => left.key - right.key)
    .map(({ piece }) => piece)
}

/** What an earlier run left of a download, in all the states in which a crash may leave it. */

import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createHash, randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { Library } from '#engine/library/library.ts'
import { DiskPool } from '#engine/store/disk-pool.ts'
import { DownloadStore } from '#engine/store/download-store.ts'
import { localNames } from '#engine/store/local-names.ts'
import type { Selection } from '#shared/api/transfer-views.ts'
import { createShareKeys, topicOf } from '#shared/share/keys.ts'
import { filesOf, sortEntries, type Manifest } from '#shared/share/manifest.ts'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import { pieceRecordMessage, type PieceRecord } from '#shared/share/piece-record.ts'
import { chooseWanted } from '#shared/share/selection.ts'
import { curves } from '#shared/share/curves.ts'
import { tempFolder } from './temp-folder.ts'

const PIECE = 256 * 1024

/** A folder with a large file, some that lie within one piece, an empty file, an empty folder and a link. */
function download() {
  const folder = tempFolder()
  const keys = createShareKeys()
  const library = new Library(path.join(folder, 'home'))
  onTestFinished(() => library.close())
  const topic = topicOf(keys.publicKey)
  library.addShare({ topic, ...keys, coordinators: [{ host: 'a', isTls: false }], createdAtMs: 0 })
  const destination = path.join(folder, 'got')
  const file = (name: string, sizeBytes: number) => ({
    kind: 'file' as const,
    path: `tree/${name}`,
    sizeBytes,
    mtimeMs: 1_600_000_000_000,
    isExecutable: false,
  })
  const manifest: Manifest = {
    entries: sortEntries([
      file('large', 3 * PIECE + 5),
      file('one', 100),
      file('two', 200),
      file('empty', 0),
      { kind: 'folder', path: 'tree/hollow' },
      { kind: 'symlink', path: 'tree/link', target: 'one' },
    ]),
  }
  const sizes = filesOf(manifest).map((entry) => entry.sizeBytes)
  const layout = new PieceLayout(sizes, PIECE)
  const content = randomBytes(layout.totalBytes)
  const { id } = library.transfer(topic, 'get', destination)
  const names = localNames(manifest, { foldsCase: false, isWindows: false, top: {} })
  return { folder, library, destination, manifest, layout, content, id, names, keys }
}

type Download = ReturnType<typeof download>

async function open(
  of: Download,
  pool: DiskPool,
  wasClean: boolean,
  selection: Selection = null,
): Promise<DownloadStore> {
  const { library, id, destination, manifest, layout, names, keys } = of
  const options = {
    pool,
    library,
    id,
    destination,
    manifest,
    layout,
    names,
    publicKey: keys.publicKey,
    wanted: chooseWanted(manifest, selection),
    wasClean,
    log: () => undefined,
  }
  const store = await DownloadStore.open(options, () => undefined, AbortSignal.timeout(30_000))
  await store.begin()
  return store
}

function pieceOf(
  { layout, content, keys }: Download,
  index: number,
): { record: PieceRecord; bytes: Uint8Array } {
  const bytes = content.subarray(index * PIECE, index * PIECE + layout.bytesOf(index))
  const hash = new Uint8Array(createHash('sha256').update(bytes).digest())
  return {
    bytes,
    record: { index, hash, signature: curves().sign(pieceRecordMessage(index, hash), keys.privateKey) },
  }
}

async function write(of: Download, store: DownloadStore, ...pieces: readonly number[]): Promise<void> {
  for (const index of pieces) {
    const { record, bytes } = pieceOf(of, index)
    const buffer = store.allocate(index)
    buffer.set(bytes)
    expect(await store.writePiece(record, buffer)).toBe('written')
  }
}

async function setUp(): Promise<{ of: Download; pool: DiskPool }> {
  const of = download()
  const pool = new DiskPool(2)
  onTestFinished(() => pool.close())
  const { mkdirSync } = await import('node:fs')
  mkdirSync(of.destination)
  return { of, pool }
}

test('what was written is found again, after a crash and after a clean end', async () => {
  const { of, pool } = await setUp()
  const first = await open(of, pool, true)
  expect(of.layout.pieceCount).toBe(4)
  await write(of, first, 0, 2)
  for (const wasClean of [false, true]) {
    const again = await open(of, pool, wasClean)
    expect([again.have.has(0), again.have.has(1), again.have.has(2), again.have.has(3)]).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect(again.resumedBytes).toBe(2 * PIECE)
    expect(Buffer.compare((await again.readPiece(2)).bytes, pieceOf(of, 2).bytes)).toBe(0)
  }
})

test('finished, everything is in its place and under its own name', async () => {
  const { of, pool } = await setUp()
  const store = await open(of, pool, true)
  await write(of, store, 3, 1, 0, 2)
  await store.end()
  expect(store.doneFiles).toBe(4)
  const at = (name: string): Buffer => readFileSync(path.join(of.destination, 'tree', name))
  expect(
    Buffer.compare(Buffer.concat([at('large'), at('one'), at('link').subarray(100), at('two')]), of.content),
  ).toBe(0)
  // A whole run later nothing is left to do.
  const again = await open(of, pool, false)
  expect(again.have.isFull).toBe(true)
  expect(again.doneFiles).toBe(4)
})

test('a piece whose bytes were lost or spoilt is fetched again, and only that one', async () => {
  const { of, pool } = await setUp()
  const store = await open(of, pool, true)
  await write(of, store, 0, 1, 2)
  const part = path.join(of.destination, 'tree/large.part')
  const bytes = readFileSync(part)
  bytes[PIECE + 77] = (bytes[PIECE + 77] ?? 0) ^ 1
  writeFileSync(part, bytes)
  const again = await open(of, pool, false)
  expect([0, 1, 2].map((index) => again.have.has(index))).toEqual([true, false, true])
  expect(of.library.pieces(of.id).map(({ index }) => index)).toEqual([0, 2])
  truncateSync(part, PIECE + 1)
  expect((await open(of, pool, true)).have.count).toBe(1)
  rmSync(path.join(of.destination, 'tree'), { recursive: true })
  expect((await open(of, pool, true)).have.count).toBe(0)
})

test('what a person deletes between two runs of one program is not written to unseen', async () => {
  const { of, pool } = await setUp()
  const part = path.join(of.destination, 'tree/large.part')
  const store = await open(of, pool, true)
  await write(of, store, 0, 1)
  await store.close()
  rmSync(part)
  const again = await open(of, pool, true)
  expect(again.have.count).toBe(0)
  await write(of, again, 0, 1, 2)
  expect(Buffer.compare(readFileSync(part), of.content.subarray(0, 3 * PIECE))).toBe(0)
})

test('a finished file that lost a piece is opened again, and whole in the end', async () => {
  const { of, pool } = await setUp()
  const store = await open(of, pool, true)
  await write(of, store, 0, 1, 2, 3)
  const large = path.join(of.destination, 'tree/large')
  const truth = readFileSync(large)
  const spoilt = Buffer.from(truth)
  spoilt[PIECE + 77] = (spoilt[PIECE + 77] ?? 0) ^ 1
  writeFileSync(large, spoilt)
  const again = await open(of, pool, false)
  expect([0, 1, 2, 3].map((index) => again.have.has(index))).toEqual([true, false, true, true])
  expect(again.doneFiles).toBe(3)
  await write(of, again, 1)
  expect(Buffer.compare(readFileSync(large), truth)).toBe(0)
  expect(again.doneFiles).toBe(4)
})

test('a kill between the last piece and the renaming is made good at the next start', async () => {
  const { of, pool } = await setUp()
  const store = await open(of, pool, true)
  await write(of, store, 0, 1, 2, 3)
  const { renameSync } = await import('node:fs')
  renameSync(path.join(of.destination, 'tree/large'), path.join(of.destination, 'tree/large.part'))
  const again = await open(of, pool, false)
  expect(again.have.isFull).toBe(true)
  expect(readFileSync(path.join(of.destination, 'tree/large')).length).toBe(3 * PIECE + 5)
  expect(again.doneFiles).toBe(4)
})

test('wrong bytes and wrong signatures never reach the disk', async () => {
  const { of, pool } = await setUp()
  const store = await open(of, pool, true)
  const { record, bytes } = pieceOf(of, 1)
  const wrong = store.allocate(1)
  wrong.set(bytes)
  wrong[5] = (wrong[5] ?? 0) ^ 1
  expect(await store.writePiece(record, wrong)).toBe('bad-hash')
  const right = store.allocate(1)
  right.set(bytes)
  const signature = new Uint8Array(record.signature)
  signature[0] = (signature[0] ?? 0) ^ 1
  expect(await store.writePiece({ ...record, signature }, right)).toBe('bad-signature')
  const moved = store.allocate(2)
  moved.set(bytes)
  expect(await store.writePiece({ ...record, index: 2 }, moved)).toBe('bad-signature')
  expect(store.have.count).toBe(0)
  expect(() => readFileSync(path.join(of.destination, 'tree/large.part'))).toThrow(/ENOENT/)
})

test('a file that was changed after it arrived is not passed on', async () => {
  const { of, pool } = await setUp()
  const store = await open(of, pool, true)
  await write(of, store, 0, 1, 2, 3)
  writeFileSync(path.join(of.destination, 'tree/one'), randomBytes(100))
  await expect(store.readPiece(3)).rejects.toMatchObject({ code: 'source.changed' })
  expect((await store.readPiece(0)).bytes.length).toBe(PIECE)
})

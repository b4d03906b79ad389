/** Transfers as they are listed while they do not run: from rows that may be old, half, or somebody's invention. */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import * as v from 'valibot'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TransferId, TransferView } from '#shared/api/views.ts'
import { createShareKeys, topicOf } from '#shared/share/keys.ts'
import { Library } from '#engine/library/library.ts'
import { Remembered } from '#engine/remembered.ts'
import { DiskPool } from '#engine/store/disk-pool.ts'
import { refusalOf } from '#test/unit/shared/refusal.ts'
import { fileEntry, PIECE, StoreHarness } from './store-harness.ts'
import { tempFolder } from './temp-folder.ts'

const FILES = [
  fileEntry('t/a', PIECE + 1000),
  fileEntry('t/b', PIECE * 2),
  fileEntry('t/in/c', PIECE + 2000),
  fileEntry('t/z', PIECE),
]

function setUp(): { share: StoreHarness; remembered: Remembered } {
  const pool = new DiskPool(1)
  onTestFinished(() => pool.close())
  const share = new StoreHarness(tempFolder(), pool, FILES)
  onTestFinished(() => share[Symbol.dispose]())
  return { share, remembered: new Remembered(share.library, pool) }
}

function viewIn(remembered: Remembered): TransferView {
  const [record] = remembered.history()
  if (record === undefined) throw new Error('nothing is remembered')
  return v.parse(TransferView, record.view)
}

/** Writes into the row what only a stranger would. */
function spoilView(share: StoreHarness, text: string): void {
  const database = new Database(path.join(path.dirname(share.destination), 'home/library.db'))
  database.prepare('UPDATE transfer SET last_view = ?').run(text)
  database.close()
}

function namesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort()
}

describe('history', () => {
  test('tells of a get that no UI ever saw what the rows know', async () => {
    const { share, remembered } = setUp()
    const store = await share.open(null)
    await share.write(store, [0, 2])
    expect(viewIn(remembered)).toMatchObject({
      id: share.id,
      role: 'get',
      state: 'paused',
      title: 'title',
      sender: 'sender',
      totalBytes: share.layout.totalBytes,
      doneBytes: 2 * PIECE,
      fileCount: 4,
      pieceCount: share.layout.pieceCount,
      donePieces: 2,
      isPartial: false,
      destination: share.destination,
      finishedAtMs: null,
      linkReach: 'anywhere',
    })
    share.library.setDone(share.id, true)
    expect(viewIn(remembered)).toMatchObject({ state: 'finished', finishedAtMs: expect.any(Number) })
  })

  test('keeps what a UI saw last, without what is of the moment', () => {
    const { share, remembered } = setUp()
    const seen: TransferView = {
      ...viewIn(remembered),
      state: 'receiving',
      receivedBytes: 77,
      downBytesPerSecond: 5,
      etaMs: 9,
      coordinator: 'online',
    }
    remembered.remember(share.id, seen, true)
    expect(remembered.history()[0]?.isToRun).toBe(true)
    expect(viewIn(remembered)).toMatchObject({
      state: 'paused',
      receivedBytes: 77,
      downBytesPerSecond: 0,
      etaMs: null,
      coordinator: 'offline',
    })
    const error = { code: 'disk.full', detail: null } as const
    remembered.remember(share.id, { ...seen, state: 'failed', error }, false)
    expect(viewIn(remembered)).toMatchObject({ state: 'failed', error })
    expect(remembered.history()[0]?.isToRun).toBe(false)
  })

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"id":1}',
    '{"__proto__":{"state":"failed"}}',
    '{"id":{"id":{"id":1}}}',
  ])('makes a view anew where %j stands in its place', (text) => {
    const { share, remembered } = setUp()
    spoilView(share, text)
    expect(viewIn(remembered)).toMatchObject({ id: share.id, title: 'title', fileCount: 4 })
  })

  test('believes the rows, not the view, about what a transfer is', () => {
    const { share, remembered } = setUp()
    const truth = viewIn(remembered)
    const lie = {
      ...truth,
      id: 4711,
      link: 'https://evil.example/get#x',
      role: 'send',
      destination: '/etc',
      finishedAtMs: 5,
      topic: 'f'.repeat(64),
    }
    spoilView(share, JSON.stringify(lie))
    expect(viewIn(remembered)).toEqual(truth)
  })
})

describe('a choice of files', () => {
  test('changes totals at once, and what is finished', async () => {
    const { share, remembered } = setUp()
    const store = await share.open(null)
    await share.write(store, [0, 1])
    remembered.select(share.id, { paths: ['t/a'] })
    expect(viewIn(remembered)).toMatchObject({
      totalBytes: PIECE + 1000,
      doneBytes: PIECE + 1000,
      fileCount: 1,
      isPartial: true,
      state: 'finished',
    })
    remembered.select(share.id, { paths: ['t/a', 't/in'] })
    expect(viewIn(remembered)).toMatchObject({ fileCount: 2, state: 'paused', finishedAtMs: null })
    remembered.select(share.id, { paths: ['t'] })
    expect(viewIn(remembered)).toMatchObject({ fileCount: 4, isPartial: false })
    expect(share.library.transferOf(share.id)?.selection).toBe(null)
  })

  test('is refused for what is not there, what runs, and what nobody knows', () => {
    const { share, remembered } = setUp()
    const select = (id: TransferId, ...paths: string[]) =>
      refusalOf(() => remembered.select(id, { paths }))?.code
    expect(select(share.id, 't/nothing')).toBe('settings.bad-value')
    expect(select(v.parse(TransferId, 99), 't')).toBe('transfer.unknown')
    const unlock = share.library.lock(share.id)
    expect(select(share.id, 't/a')).toBe('transfer.running')
    unlock()
    expect(select(share.id, 't/a')).toBe(undefined)
  })
})

test('folders are looked at with what is here of them', async () => {
  const { share, remembered } = setUp()
  const store = await share.open(null)
  await share.write(store, [0])
  remembered.select(share.id, { paths: ['t/a'] })
  expect(remembered.folder(share.id, 't').entries).toMatchObject([
    { name: 'in', kind: 'folder', doneBytes: 0, wanted: 'none' },
    { name: 'a', doneBytes: PIECE, sizeBytes: PIECE + 1000, wanted: 'all' },
    { name: 'b', doneBytes: 0, wanted: 'none' },
    { name: 'z', wanted: 'none' },
  ])
})

describe('what is forgotten', () => {
  test('leaves finished files, and takes unfinished ones only where that was wished', async () => {
    for (const isWished of [true, false]) {
      const { share, remembered } = setUp()
      const store = await share.open({ paths: ['t/a', 't/b', 't/in'] })
      await share.write(store, [0, 1, 2])
      const tree = path.join(share.destination, 't')
      // Not of this download: nothing of `z` has come, and nobody shared the other one.
      writeFileSync(path.join(tree, 'z.part'), 'mine')
      writeFileSync(path.join(tree, 'other.part'), 'mine')
      expect(readdirSync(tree).sort()).toEqual(['a', 'b.part', 'other.part', 'z.part'])
      await remembered.forget(share.id, isWished)
      const left = isWished ? ['a', 'other.part', 'z.part'] : ['a', 'b.part', 'other.part', 'z.part']
      expect(readdirSync(tree).sort()).toEqual(left)
      expect(remembered.history()).toEqual([])
      expect(share.library.share(topicOf(share.keys.publicKey))).toBe(undefined)
      await expect(remembered.forget(share.id, true)).rejects.toMatchObject({ code: 'transfer.unknown' })
    }
  })

  test('is not looked for behind links, and a link is not taken for a file', async () => {
    const { share, remembered } = setUp()
    // A part of `a`, of `b` and of `in/c`.
    await share.write(await share.open(null), [0, 2, 4])
    const tree = path.join(share.destination, 't')
    expect(namesIn(tree)).toEqual(['a.part', 'b.part', 'in', 'in/c.part', 'z.part'])
    const outside = path.join(path.dirname(share.destination), 'outside')
    mkdirSync(outside)
    renameSync(path.join(tree, 'in'), path.join(outside, 'in'))
    symlinkSync(path.join(outside, 'in'), path.join(tree, 'in'))
    rmSync(path.join(tree, 'b.part'))
    symlinkSync('a.part', path.join(tree, 'b.part'))
    await remembered.forget(share.id, true)
    expect(namesIn(outside)).toEqual(['in', 'in/c.part'])
    expect(lstatSync(path.join(tree, 'b.part')).isSymbolicLink()).toBe(true)
    expect(existsSync(path.join(tree, 'a.part'))).toBe(false)
  })

  test('keeps a share that another transfer uses', async () => {
    const { share, remembered } = setUp()
    const topic = topicOf(share.keys.publicKey)
    const { id } = share.library.transfer(topic, 'get', '/elsewhere')
    await remembered.forget(share.id, false)
    expect(remembered.history().map((record) => record.id)).toEqual([id])
    expect(share.library.share(topic)?.topic).toBe(topic)
  })

  test('does not run', async () => {
    const { share, remembered } = setUp()
    const unlock = share.library.lock(share.id)
    await expect(remembered.forget(share.id, true)).rejects.toMatchObject({ code: 'transfer.running' })
    expect(remembered.history()).toHaveLength(1)
    unlock()
  })
})

test('a library of the first form is taken over, with everything in it', () => {
  const folder = tempFolder()
  const keys = createShareKeys()
  const topic = topicOf(keys.publicKey)
  const database = new Database(path.join(folder, 'library.db'))
  database.exec(`
    CREATE TABLE share (topic TEXT PRIMARY KEY, public_key BLOB NOT NULL, secret BLOB NOT NULL, private_key BLOB,
      coordinators TEXT NOT NULL, created_at_ms INTEGER NOT NULL, title TEXT NOT NULL DEFAULT '', summary BLOB,
      manifest BLOB) STRICT;
    CREATE TABLE transfer (id INTEGER PRIMARY KEY AUTOINCREMENT,
      topic TEXT NOT NULL REFERENCES share(topic) ON DELETE CASCADE, role TEXT NOT NULL, place TEXT NOT NULL,
      names TEXT, is_clean INTEGER NOT NULL DEFAULT 1, is_done INTEGER NOT NULL DEFAULT 0,
      UNIQUE (topic, role, place)) STRICT;
    CREATE TABLE piece (transfer INTEGER NOT NULL REFERENCES transfer(id) ON DELETE CASCADE,
      position INTEGER NOT NULL, hash BLOB NOT NULL, signature BLOB NOT NULL, is_synced INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (transfer, position)) STRICT, WITHOUT ROWID;
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    PRAGMA user_version = 1`)
  database
    .prepare('INSERT INTO share VALUES (?, ?, ?, NULL, ?, 1234, ?, NULL, NULL)')
    .run(topic, keys.publicKey, keys.secret, '[{"host":"a.example","isTls":true}]', 'old')
  database.prepare("INSERT INTO transfer (topic, role, place, is_done) VALUES (?, 'get', '/a', 1)").run(topic)
  database.prepare("INSERT INTO transfer (topic, role, place) VALUES (?, 'get', '/b')").run(topic)
  database.prepare('INSERT INTO piece VALUES (2, 7, ?, ?, 1)').run(new Uint8Array(32), new Uint8Array(64))
  database.close()

  const library = new Library(folder)
  onTestFinished(() => library.close())
  const pool = new DiskPool(1)
  onTestFinished(() => pool.close())
  const records = new Remembered(library, pool).history()
  expect(
    records.map(({ view, isToRun }) => [view.destination, view.state, view.addedAtMs, view.title, isToRun]),
  ).toEqual([
    ['/b', 'paused', 1234, 'old', false],
    ['/a', 'finished', 1234, 'old', false],
  ])
  expect(library.pieces(v.parse(TransferId, 2))).toMatchObject([
    { index: 7, isSynced: true, part: undefined },
  ])
})

test('a data folder belongs to one UI at a time', () => {
  const folder = tempFolder()
  const [first, second] = [new Library(folder), new Library(folder)]
  onTestFinished(() => first.close())
  onTestFinished(() => second.close())
  const release = first.claim()
  expect(refusalOf(() => second.claim())?.code).toBe('app.running')
  release()
  second.claim()()
})

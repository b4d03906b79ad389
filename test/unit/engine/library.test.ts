/** What a device remembers, and the lock that a killed process lets go of. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { Library } from '#engine/library/library.ts'
import { randomBytes } from '#shared/encoding/bytes.ts'
import { createShareKeys, topicOf, type Topic } from '#shared/share/keys.ts'
import { refusalOf } from '#test/unit/shared/refusal.ts'
import { tempFolder } from './temp-folder.ts'

function open(folder: string): Library {
  const library = new Library(folder)
  onTestFinished(() => library.close())
  return library
}

function addShare(library: Library): Topic {
  const keys = createShareKeys()
  const topic = topicOf(keys.publicKey)
  library.addShare({ topic, ...keys, coordinators: [{ host: 'a.example', isTls: true }], createdAtMs: 5 })
  return topic
}

const record = (index: number) => ({ index, hash: randomBytes(32), signature: randomBytes(64) })

test('shares, transfers, pieces and settings survive a restart', () => {
  const folder = tempFolder()
  const first = new Library(folder)
  const topic = addShare(first)
  first.setDescription(topic, '제목', randomBytes(10), randomBytes(20))
  const { id } = first.transfer(topic, 'get', '/somewhere')
  for (const index of [3, 1, 2]) first.notePiece(id, record(index))
  first.markSynced(id, [1])
  first.forgetPieces(id, [2])
  first.setClean(id, false)
  first.setSetting('name', 'one')
  first.setSetting('name', 'two')
  first.close()

  const second = open(folder)
  expect(second.share(topic)).toMatchObject({
    title: '제목',
    created_at_ms: 5,
    coordinators: [{ host: 'a.example' }],
  })
  expect(second.transfer(topic, 'get', '/somewhere')).toMatchObject({ id, is_clean: 0, is_done: 0 })
  expect(second.transfer(topic, 'get', '/elsewhere').id).not.toBe(id)
  expect(second.pieces(id).map(({ index, isSynced }) => [index, isSynced])).toEqual([
    [1, true],
    [3, false],
  ])
  expect(second.setting('name')).toBe('two')
  expect(second.setting('other')).toBe(undefined)
})

test('a manifest that is known is not forgotten by a description without one', () => {
  const library = open(tempFolder())
  const topic = addShare(library)
  library.setDescription(topic, 'a', randomBytes(1), randomBytes(7))
  library.setDescription(topic, 'b', randomBytes(1), null)
  expect(library.share(topic)?.manifest?.length).toBe(7)
})

test('own shares are listed, the newest first', () => {
  const library = open(tempFolder())
  const topics = [1, 3, 2].map((createdAtMs) => {
    const keys = createShareKeys()
    const topic = topicOf(keys.publicKey)
    library.addShare({ topic, ...keys, coordinators: [{ host: 'a', isTls: false }], createdAtMs })
    library.transfer(topic, 'send', '[]')
    return topic
  })
  expect(library.sends().map(({ share }) => share.topic)).toEqual([topics[1], topics[2], topics[0]])
})

test('the folder is for its owner only', () => {
  const folder = path.join(tempFolder(), 'new')
  open(folder)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('what a person said of a transfer outlives the process', () => {
  const folder = tempFolder()
  const before = new Library(folder)
  const topic = addShare(before)
  const { id, priority, seed_limit: seedLimit } = before.transfer(topic, 'get', '/x')
  expect([priority, seedLimit]).toEqual(['normal', null])
  before.setPriority(id, 'high')
  before.setQueued(id, 1_790_000_000_123, true)
  before.setSeedLimit(id, '{"ratio":2,"timeMs":null}')
  before.setSeeded(id, 5_000_000_000, 1234.5)
  before.close()
  expect(open(folder).transferOf(id)).toMatchObject({
    priority: 'high',
    queued_at_ms: 1_790_000_000_123,
    is_forced: 1,
    seed_limit: '{"ratio":2,"timeMs":null}',
    seeded_bytes: 5_000_000_000,
    seeded_ms: 1235,
  })
  // Damaged or of another version: as if nothing had been said.
  const database = new Database(path.join(folder, 'library.db'))
  database.exec("UPDATE transfer SET priority = 'urgent', seed_limit = '{'")
  database.close()
  expect(open(folder).transferOf(id)?.priority).toBe('normal')
})

test('a library of a newer Beeline, and one that is no database, are refused and left as they are', () => {
  const newer = tempFolder()
  open(newer)
  const database = new Database(path.join(newer, 'library.db'))
  database.pragma('user_version = 999')
  database.close()
  expect(refusalOf(() => new Library(newer))?.code).toBe('library.damaged')

  const noise = tempFolder()
  writeFileSync(path.join(noise, 'library.db'), randomBytes(5000))
  expect(refusalOf(() => new Library(noise))?.code).toBe('library.damaged')
  expect(statSync(path.join(noise, 'library.db')).size).toBe(5000)
})

test('two libraries of one folder work side by side', () => {
  const folder = tempFolder()
  const first = open(folder)
  const second = open(folder)
  const topic = addShare(first)
  expect(second.share(topic)?.topic).toBe(topic)
  const { id } = second.transfer(topic, 'get', '/x')
  second.notePiece(id, record(0))
  expect(first.pieces(id).length).toBe(1)
})

test('a transfer has one process at a time, and a killed one lets go', async () => {
  const folder = tempFolder()
  const library = open(folder)
  const { id } = library.transfer(addShare(library), 'get', '/x')
  const release = library.lock(id)
  expect(refusalOf(() => library.lock(id))?.code).toBe('transfer.running')
  release()

  const script = `
    import { Library } from '#engine/library/library.ts'
    const library = new Library(process.argv[1])
    globalThis.release = library.lock(Number(process.argv[2]))
    process.stdout.write('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder, String(id)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  expect(refusalOf(() => library.lock(id))?.code).toBe('transfer.running')
  child.kill('SIGKILL')
  await once(child, 'exit')
  library.lock(id)()
})

/** What every summary store does, run against each of them. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { SqliteSummaryStore } from '#coordinator/sqlite-summary-store.ts'
import type { SummaryStore } from '#coordinator/summary-store.ts'
import { utf8 } from '#shared/encoding/bytes.ts'
import { randomTopic } from './raw-device.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'beeline-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const NOW = 1_800_000_000_000
const box = utf8('sealed')
const other = utf8('sealed anew')

const stores: [string, () => SummaryStore][] = [
  ['memory store', () => new MemorySummaryStore()],
  ['SQLite store', () => new SqliteSummaryStore(path.join(folder, 'summaries.db'))],
]

describe.each(stores)('the %s', (_name, open) => {
  let store: SummaryStore
  const topic = randomTopic()
  const put = (
    change: { box?: Uint8Array; atMs?: number; expiresAtMs?: number } = {},
    nowMs = NOW,
  ): Promise<string> => store.put({ topic, box, atMs: NOW, expiresAtMs: NOW + 1000, ...change }, nowMs, 10)

  beforeEach(() => {
    store = open()
  })
  afterEach(() => store.close())

  test('has nothing for a topic it never heard of', async () => {
    expect(await store.get(topic, NOW)).toBeUndefined()
  })

  test('gives back the bytes that were put', async () => {
    const bytes = Uint8Array.from({ length: 65_536 }, (_, i) => i)
    expect(await put({ box: bytes })).toBe('stored')
    expect(await store.get(topic, NOW)).toEqual(bytes)
  })

  test('refuses an earlier order, and another box under the same time', async () => {
    await put()
    expect(await put({ box: other, atMs: NOW - 1, expiresAtMs: NOW + 9000 })).toBe('stale')
    expect(await put({ box: other })).toBe('stale')
    expect(await store.get(topic, NOW)).toEqual(box)
  })

  test('takes a later order in place of an earlier one', async () => {
    await put()
    expect(await put({ box: other, atMs: NOW + 1 })).toBe('stored')
    expect(await store.get(topic, NOW)).toEqual(other)
    expect(await store.count(NOW)).toBe(1)
  })

  test('takes the same order twice', async () => {
    await put()
    expect(await put()).toBe('stored')
  })

  test('does not give out or count what has expired', async () => {
    await put()
    expect(await store.get(topic, NOW + 999)).toEqual(box)
    expect(await store.get(topic, NOW + 1000)).toBeUndefined()
    expect(await store.count(NOW + 1000)).toBe(0)
  })

  test('frees what has expired, and only that', async () => {
    await put()
    const kept = { topic: randomTopic(), box, atMs: NOW, expiresAtMs: NOW + 5000 }
    await store.put(kept, NOW, 10)
    expect(await store.purge(NOW + 1000)).toBe(1)
    expect(await store.purge(NOW + 1000)).toBe(0)
    expect(await store.get(kept.topic, NOW + 1000)).toEqual(box)
  })

  test('refuses a delete that is older than the put', async () => {
    await put()
    expect(await store.delete(topic, NOW - 1, NOW)).toBe('stale')
    expect(await store.delete(topic, NOW, NOW)).toBe('stale')
    expect(await store.get(topic, NOW)).toEqual(box)
  })

  test('forgets what was deleted, and the put before it cannot be repeated', async () => {
    await put()
    expect(await store.delete(topic, NOW + 1, NOW)).toBe('deleted')
    expect(await store.get(topic, NOW)).toBeUndefined()
    expect(await store.count(NOW)).toBe(0)
    expect(await put()).toBe('stale')
    expect(await put({ atMs: NOW + 2 })).toBe('stored')
    expect(await store.get(topic, NOW)).toEqual(box)
  })

  test('deletes what is not there without complaint, and twice', async () => {
    expect(await store.delete(topic, NOW, NOW)).toBe('deleted')
    await put()
    await store.delete(topic, NOW + 1, NOW)
    expect(await store.delete(topic, NOW + 1, NOW)).toBe('deleted')
  })

  test('is full at its limit, still replaces, and has room again after a purge', async () => {
    const first = { topic: randomTopic(), box, atMs: NOW, expiresAtMs: NOW + 1000 }
    expect(await store.put(first, NOW, 1)).toBe('stored')
    const second = { topic: randomTopic(), box, atMs: NOW, expiresAtMs: NOW + 9000 }
    expect(await store.put(second, NOW, 1)).toBe('full')
    expect(await store.put({ ...first, atMs: NOW + 1 }, NOW, 1)).toBe('stored')
    await store.purge(NOW + 2000)
    expect(await store.put(second, NOW + 2000, 1)).toBe('stored')
  })
})

describe('the SQLite file', () => {
  test('survives a restart', async () => {
    const file = path.join(folder, 'summaries.db')
    const topic = randomTopic()
    const first = new SqliteSummaryStore(file)
    await first.put({ topic, box, atMs: NOW, expiresAtMs: NOW + 1000 }, NOW, 10)
    await first.close()
    const second = new SqliteSummaryStore(file)
    expect(await second.get(topic, NOW)).toEqual(box)
    await second.close()
  })

  test('of a newer version is left alone', () => {
    const file = path.join(folder, 'summaries.db')
    const database = new Database(file)
    database.pragma('user_version = 99')
    database.close()
    expect(() => new SqliteSummaryStore(file)).toThrow('newer version')
  })

  test('that cannot be is refused', () => {
    expect(() => new SqliteSummaryStore(path.join(folder, 'missing', 'summaries.db'))).toThrow(
      'directory does not exist',
    )
  })

  test('holds no byte of a deleted box', async () => {
    const file = path.join(folder, 'summaries.db')
    const topic = randomTopic()
    const store = new SqliteSummaryStore(file)
    await store.put({ topic, box: utf8('a box to be wiped'), atMs: NOW, expiresAtMs: NOW + 1000 }, NOW, 10)
    await store.delete(topic, NOW + 1, NOW)
    await store.close()
    expect(readFileSync(file).includes('a box to be wiped')).toBe(false)
  })
})

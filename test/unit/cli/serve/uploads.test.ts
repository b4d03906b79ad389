/** Files that a browser leaves: whole or not at all, and nowhere else. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Uploads } from '#cli/serve/uploads.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'

const ID = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9'
const PLAIN = { sizeBytes: undefined, modifiedMs: undefined }

let folder: TempFolder
let uploads: Uploads

beforeEach(async () => {
  folder = await TempFolder.create()
  uploads = new Uploads(folder.at('uploads'))
})

afterEach(() => {
  folder[Symbol.dispose]()
})

function all(): string[] {
  return existsSync(folder.at('uploads'))
    ? (readdirSync(folder.at('uploads'), { recursive: true }) as string[]).filter((name) =>
        statSync(folder.at('uploads', name)).isFile(),
      )
    : []
}

test('a tree arrives as it was, with its times, readable by this user only', async () => {
  await uploads.receive(ID, '사진/one.jpg', Readable.from(['on', 'e']), {
    sizeBytes: 3,
    modifiedMs: 1_600_000_000_123,
  })
  await uploads.receive(ID, '사진/deep/two', Readable.from([]), PLAIN)
  await uploads.makeFolder(ID, '사진/empty')
  expect(await uploads.finish(ID)).toEqual([folder.at('uploads', ID, '사진')])
  const one = folder.at('uploads', ID, '사진', 'one.jpg')
  expect([readFileSync(one, 'utf8'), statSync(one).mtimeMs, statSync(one).mode & 0o077]).toEqual([
    'one',
    1_600_000_000_123,
    0,
  ])
  expect(statSync(folder.at('uploads', ID, '사진', 'empty')).isDirectory()).toBe(true)
  expect(all()).toHaveLength(2)
})

test('what breaks off leaves nothing', async () => {
  const broken = Readable.from(
    (async function* () {
      yield 'some'
      await Promise.resolve()
      throw new Error('the browser went away')
    })(),
  )
  await expect(uploads.receive(ID, 'photos/one', broken, PLAIN)).rejects.toMatchObject({
    code: 'upload.failed',
  })
  expect([all(), existsSync(folder.at('uploads', ID))]).toEqual([[], false])
})

test('what cannot fit is refused before it begins', async () => {
  let isRead = false
  const content = new Readable({
    read() {
      isRead = true
      this.push(null)
    },
  })
  await expect(
    uploads.receive(ID, 'large', content, { sizeBytes: 2 ** 60, modifiedMs: undefined }),
  ).rejects.toMatchObject({ code: 'disk.no-space' })
  expect([all(), isRead]).toEqual([[], false])
})

describe('refused, and nothing is written:', () => {
  test.each([
    '..',
    '../escape',
    'a/../../escape',
    'a/..',
    './a',
    '/etc/passwd',
    'a//b',
    '',
    'a/',
    'a\0b',
    'x'.repeat(256),
    Array.from({ length: 200 }, () => 'd').join('/'),
    '\ud800',
  ])('the path %j', async (name) => {
    await expect(uploads.receive(ID, name, Readable.from(['x']), PLAIN)).rejects.toMatchObject({
      code: 'manifest.bad-name',
    })
    expect(readdirSync(folder.path)).toEqual([])
  })

  test.each([
    '',
    '..',
    '.',
    '.unfinished',
    '../../../../../../tmp/x',
    'short',
    'x'.repeat(65),
    `${'a'.repeat(20)}/b`,
  ])('the upload %j', async (id) => {
    const attempts = [
      uploads.receive(id, 'a', Readable.from(['x']), PLAIN),
      uploads.makeFolder(id, 'a'),
      uploads.finish(id),
    ]
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'upload.failed' })
    expect(readdirSync(folder.path)).toEqual([])
  })
})

test('what is there already stays as it is', async () => {
  await uploads.receive(ID, 'one', Readable.from(['first']), PLAIN)
  await expect(uploads.receive(ID, 'one', Readable.from(['second']), PLAIN)).rejects.toMatchObject({
    code: 'upload.failed',
  })
  await expect(uploads.receive(ID, 'one/two', Readable.from(['x']), PLAIN)).rejects.toMatchObject({
    code: 'upload.failed',
  })
  expect([readFileSync(folder.at('uploads', ID, 'one'), 'utf8'), all()]).toEqual([
    'first',
    [path.join(ID, 'one')],
  ])
})

test('an upload ends when everything has come, once', async () => {
  await expect(uploads.finish(ID)).rejects.toMatchObject({ code: 'share.empty' })
  await uploads.receive(ID, 'one', Readable.from(['x']), PLAIN)
  expect(await uploads.finish(ID)).toEqual([folder.at('uploads', ID, 'one')])
  await expect(uploads.receive(ID, 'late', Readable.from(['x']), PLAIN)).rejects.toMatchObject({
    code: 'upload.failed',
  })
})

test('an upload does not end while a file is on its way', async () => {
  await uploads.receive(ID, 'one', Readable.from(['x']), PLAIN)
  const content = new Readable({ read: () => undefined })
  const receiving = uploads.receive(ID, 'two', content, PLAIN)
  await expect(uploads.finish(ID)).rejects.toMatchObject({ code: 'upload.failed' })
  content.push(null)
  await receiving
  expect(await uploads.finish(ID)).toHaveLength(2)
})

test('at a start, what no share uses is removed, and nothing else', async () => {
  const other = 'another-upload-0001'
  await uploads.receive(ID, 'kept', Readable.from(['x']), PLAIN)
  await uploads.receive(other, 'gone', Readable.from(['x']), PLAIN)
  mkdirSync(folder.at('uploads', '.unfinished'), { recursive: true })
  writeFileSync(folder.at('uploads', '.unfinished', '7'), 'half')
  writeFileSync(folder.at('uploads', 'README'), 'a person’s own')
  await new Uploads(folder.at('uploads')).clean([folder.at('uploads', ID, 'kept'), '/home/anna/photos'])
  expect(readdirSync(folder.at('uploads')).sort()).toEqual([ID, 'README'])
})

test('a share whose path only begins alike does not keep an upload', async () => {
  await uploads.receive(ID, 'gone', Readable.from(['x']), PLAIN)
  await uploads.clean([folder.at('uploads', `${ID}-more`, 'x')])
  expect(existsSync(folder.at('uploads', ID))).toBe(false)
})

test('the first start has nothing to remove', async () => {
  await uploads.clean([])
  expect(existsSync(folder.at('uploads'))).toBe(false)
})

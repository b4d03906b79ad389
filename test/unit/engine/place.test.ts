/** Finished files, empty ones, folders and links, put where they belong and nowhere else. */

import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FinishJob, PlaceJob } from '#engine/store/disk-jobs.ts'
import { finish, place, sizes } from '#engine/store/place.ts'
import { ensureFolder, ensureParent, forgetFolders } from '#engine/store/safe-folders.ts'
import { refusalOf } from '#test/unit/shared/refusal.ts'
import { tempFolder } from './temp-folder.ts'

const CONTENT = 'content'

function finishJob(root: string, final: string, more: Partial<FinishJob> = {}): FinishJob {
  const part = `${final}.part`
  return {
    kind: 'finish',
    root,
    part,
    final,
    sizeBytes: 7,
    mtimeMs: 1_600_000_000_123,
    isExecutable: false,
    ...more,
  }
}

const NOTHING: Omit<PlaceJob, 'root'> = { kind: 'place', files: [], folders: [], links: [] }

describe('finishing a file', () => {
  test.each([0, 1, -1, -157_766_400_123, 1_700_000_000_123, 2_240_524_799_999, 1_600_000_000_001])(
    'keeps the time %d to the millisecond, before 1970 too',
    (mtimeMs) => {
      const root = tempFolder()
      writeFileSync(path.join(root, 'file.part'), CONTENT)
      finish(finishJob(root, 'file', { mtimeMs }))
      expect(Math.floor(lstatSync(path.join(root, 'file')).mtimeMs)).toBe(mtimeMs)
    },
  )

  test('makes it executable for whom it is readable', () => {
    const root = tempFolder()
    writeFileSync(path.join(root, 'tool.part'), CONTENT, { mode: 0o644 })
    finish(finishJob(root, 'tool', { isExecutable: true }))
    expect(lstatSync(path.join(root, 'tool')).mode & 0o100).toBe(0o100)
  })

  test('twice is as good as once', () => {
    const root = tempFolder()
    writeFileSync(path.join(root, 'file.part'), CONTENT)
    finish(finishJob(root, 'file'))
    finish(finishJob(root, 'file'))
    expect(readdirSync(root)).toEqual(['file'])
  })

  test('at the top, never replaces what stands there', () => {
    const root = tempFolder()
    writeFileSync(path.join(root, 'file'), 'somebody else’s')
    writeFileSync(path.join(root, 'file.part'), CONTENT)
    finish(finishJob(root, 'file'))
    expect(readFileSync(path.join(root, 'file'), 'utf8')).toBe('somebody else’s')
    expect(readFileSync(path.join(root, 'file (2)'), 'utf8')).toBe(CONTENT)
  })

  test('does not write through a link in its place', () => {
    const root = tempFolder()
    writeFileSync(path.join(root, 'elsewhere'), 'untouched')
    symlinkSync('elsewhere', path.join(root, 'file.part'))
    expect(refusalOf(() => finish(finishJob(root, 'file')))?.code).toBe('disk.unsafe-path')
    expect(readFileSync(path.join(root, 'elsewhere'), 'utf8')).toBe('untouched')
  })

  test('without the file, says that the destination is gone', () => {
    expect(refusalOf(() => finish(finishJob(tempFolder(), 'file')))?.code).toBe('disk.gone')
  })
})

describe('placing', () => {
  test('makes empty files, folders and links, and may be repeated', () => {
    const root = tempFolder()
    const job: PlaceJob = {
      kind: 'place',
      root,
      files: [{ path: 'a/b/empty', mtimeMs: -5000, isExecutable: true }],
      folders: ['a/hollow/deep'],
      links: [{ path: 'a/link', target: 'b/empty' }],
    }
    place(job)
    place(job)
    const stats = lstatSync(path.join(root, 'a/b/empty'))
    expect([stats.size, Math.floor(stats.mtimeMs), stats.mode & 0o100]).toEqual([0, -5000, 0o100])
    expect(lstatSync(path.join(root, 'a/hollow/deep')).isDirectory()).toBe(true)
    expect(readlinkSync(path.join(root, 'a/link'))).toBe('b/empty')
  })

  test('does not replace a file with content by an empty one, or anything by a link', () => {
    const root = tempFolder()
    writeFileSync(path.join(root, 'full'), CONTENT)
    const file = { path: 'full', mtimeMs: 0, isExecutable: false }
    expect(refusalOf(() => place({ ...NOTHING, root, files: [file] }))).toBeDefined()
    const link = { path: 'full', target: 'x' }
    expect(refusalOf(() => place({ ...NOTHING, root, links: [link] }))?.code).toBe('disk.unsafe-path')
    expect(readFileSync(path.join(root, 'full'), 'utf8')).toBe(CONTENT)
  })
})

describe('folders', () => {
  test('are made, and never through a link or a file', () => {
    const root = tempFolder()
    const outside = tempFolder()
    forgetFolders()
    ensureParent(root, 'a/b/file')
    expect(lstatSync(path.join(root, 'a/b')).isDirectory()).toBe(true)
    symlinkSync(outside, path.join(root, 'link'))
    writeFileSync(path.join(root, 'file'), '')
    for (const name of ['link', 'link/deep', 'file', 'file/deep']) {
      expect(refusalOf(() => ensureFolder(root, name))?.code, name).toBe('disk.unsafe-path')
    }
    expect(readdirSync(outside)).toEqual([])
  })

  test('that were replaced between two runs are looked at again', () => {
    const root = tempFolder()
    const outside = tempFolder()
    ensureFolder(root, 'a')
    sizes({ kind: 'sizes', root, files: [] })
    mkdirSync(path.join(root, 'b'))
    symlinkSync(outside, path.join(root, 'c'))
    expect(refusalOf(() => ensureFolder(root, 'c'))?.code).toBe('disk.unsafe-path')
  })
})

test('sizes of what is left, −1 for everything that is no plain file', () => {
  const root = tempFolder()
  writeFileSync(path.join(root, 'a.part'), CONTENT)
  writeFileSync(path.join(root, 'b'), CONTENT)
  mkdirSync(path.join(root, 'c'))
  symlinkSync('b', path.join(root, 'd'))
  const names = ['a', 'b', 'c', 'd', 'b/below a file', 'missing/deep']
  const files = names.map((final) => ({ final, part: `${final}.part` }))
  const found = sizes({ kind: 'sizes', root, files })
  expect([...found.finals]).toEqual([-1, 7, -1, -1, -1, -1])
  expect([...found.parts]).toEqual([7, -1, -1, -1, -1, -1])
})

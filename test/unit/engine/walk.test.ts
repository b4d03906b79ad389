/** What is to be sent: names, sizes and times, and what is left out. */

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { walk } from '#engine/store/walk.ts'
import { checkManifest } from '#shared/share/manifest.ts'
import { decodeManifest } from '#shared/share/manifest-codec.ts'
import { refusalOf } from '#test/unit/shared/refusal.ts'
import { tempFolder } from './temp-folder.ts'

function kindsOf(...paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(walk(paths).manifest.entries.map((entry) => [entry.path, entry.kind]))
}

function makePipe(file: string): void {
  const program = 'mkfifo' // of every Unix
  execFileSync(program, [file])
}

test('a folder is listed with everything in it, empty folders on their own', () => {
  const root = path.join(tempFolder(), 'tree')
  mkdirSync(path.join(root, 'full/deep'), { recursive: true })
  mkdirSync(path.join(root, 'empty'))
  writeFileSync(path.join(root, 'full/deep/file'), 'text')
  symlinkSync('deep/file', path.join(root, 'full/link'))
  const result = walk([root])
  expect(kindsOf(root)).toEqual({
    'tree/empty': 'folder',
    'tree/full/deep/file': 'file',
    'tree/full/link': 'symlink',
  })
  checkManifest(result.manifest)
  expect(decodeManifest(result.manifestBytes)).toEqual(result.manifest)
  expect(result.files.get('tree/full/deep/file')?.stamp.sizeBytes).toBe(4)
  expect(result.leftOut).toEqual([])
})

test('an empty folder may be sent, and a single file', () => {
  const root = tempFolder()
  mkdirSync(path.join(root, 'empty'))
  writeFileSync(path.join(root, 'file'), '', { mode: 0o755 })
  expect(kindsOf(path.join(root, 'empty'))).toEqual({ empty: 'folder' })
  const [entry] = walk([path.join(root, 'file')]).manifest.entries
  expect(entry).toMatchObject({ kind: 'file', path: 'file', sizeBytes: 0, isExecutable: true })
})

test('two things of one name are told apart', () => {
  const root = tempFolder()
  for (const folder of ['a', 'b', 'c']) {
    mkdirSync(path.join(root, folder))
    writeFileSync(path.join(root, folder, 'photo.jpg'), folder)
  }
  const paths = ['a', 'b', 'c'].map((folder) => path.join(root, folder, 'photo.jpg'))
  expect(Object.keys(kindsOf(...paths))).toEqual(['photo (2).jpg', 'photo (3).jpg', 'photo.jpg'])
})

test('a link that was named is followed, a link inside is kept, one that leads out is left out', () => {
  const root = tempFolder()
  mkdirSync(path.join(root, 'tree/sub'), { recursive: true })
  writeFileSync(path.join(root, 'outside'), 'secret')
  writeFileSync(path.join(root, 'tree/file'), 'text')
  symlinkSync('../file', path.join(root, 'tree/sub/inside'))
  symlinkSync('../../outside', path.join(root, 'tree/sub/relative'))
  symlinkSync(path.join(root, 'outside'), path.join(root, 'tree/sub/absolute'))
  symlinkSync(path.join(root, 'tree/file'), path.join(root, 'tree/sub/absolute but inside'))
  symlinkSync('..', path.join(root, 'tree/up'))
  symlinkSync('tree', path.join(root, 'by name'))
  const result = walk([path.join(root, 'tree')])
  expect(result.manifest.entries.filter((entry) => entry.kind === 'symlink')).toEqual([
    { kind: 'symlink', path: 'tree/sub/absolute but inside', target: '../file' },
    { kind: 'symlink', path: 'tree/sub/inside', target: '../file' },
  ])
  expect(result.leftOut.map(({ path: name, reason }) => `${name}: ${reason}`).sort()).toEqual([
    'tree/sub/absolute: outside-link',
    'tree/sub/relative: outside-link',
    'tree/up: outside-link',
  ])
  expect(kindsOf(path.join(root, 'by name'))).toMatchObject({ 'by name/file': 'file' })
})

test('pipes and names that are no text are left out with a reason', () => {
  const root = path.join(tempFolder(), 'tree')
  mkdirSync(root)
  writeFileSync(path.join(root, 'file'), 'text')
  writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe])]), 'text')
  makePipe(path.join(root, 'pipe'))
  const result = walk([root])
  expect(kindsOf(root)).toEqual({ 'tree/file': 'file' })
  expect(result.leftOut.map(({ reason }) => reason).sort()).toEqual(['bad-name', 'special-file'])
})

test('a file whose name really has a replacement character is sent', () => {
  const root = path.join(tempFolder(), 'tree')
  mkdirSync(root)
  writeFileSync(path.join(root, 'odd \uFFFD'), 'text')
  expect(kindsOf(root)).toEqual({ 'tree/odd \uFFFD': 'file' })
})

test('what is missing, and what is nothing, is told', () => {
  const root = tempFolder()
  expect(refusalOf(() => walk([path.join(root, 'missing')]))?.code).toBe('source.not-found')
  expect(refusalOf(() => walk([]))?.code).toBe('share.empty')
  makePipe(path.join(root, 'pipe'))
  expect(refusalOf(() => walk([path.join(root, 'pipe')]))?.code).toBe('source.unreadable')
})

test.skipIf(process.getuid?.() === 0)('a folder that may not be read is left out', () => {
  const root = path.join(tempFolder(), 'tree')
  mkdirSync(path.join(root, 'closed'), { recursive: true })
  writeFileSync(path.join(root, 'file'), 'text')
  chmodSync(path.join(root, 'closed'), 0)
  expect(walk([root]).leftOut).toEqual([{ path: 'tree/closed', reason: 'unreadable' }])
})

import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { readHostFolder, readSpace } from '#engine/app/host.ts'
import { HostFolder } from '#shared/api/host-views.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'

let folder: TempFolder

beforeEach(async () => {
  folder = await TempFolder.create()
})

afterEach(() => folder[Symbol.dispose]())

const NEVER = new AbortController().signal

function read(wanted: string | null, signal = NEVER): Promise<HostFolder> {
  return readHostFolder(wanted, { homeDir: folder.path, platform: process.platform }, signal)
}

describe('a folder', () => {
  test('shows folders first, by name with numbers in order, and leaves out what is hidden', async () => {
    for (const name of ['b', 'Music', '.hidden-folder']) mkdirSync(folder.at(name))
    for (const name of ['file10', 'file9', 'a.txt', '.hidden']) writeFileSync(folder.at(name), name)
    const view = await read(folder.path)
    expect(v.is(HostFolder, view)).toBe(true)
    expect(view.entries.map(({ name }) => name)).toEqual(['b', 'Music', 'a.txt', 'file9', 'file10'])
    expect(view.entries.at(-1)).toMatchObject({ kind: 'file', sizeBytes: 6, path: folder.at('file10') })
    expect(view.parent).toBe(path.dirname(folder.path))
    expect(view.isCut).toBe(false)
  })

  test('a link counts as what it leads to, and what leads nowhere or is a pipe is left out', async () => {
    mkdirSync(folder.at('real'))
    writeFileSync(folder.at('text'), 'x')
    symlinkSync(folder.at('real'), folder.at('to-folder'))
    symlinkSync(folder.at('text'), folder.at('to-text'))
    symlinkSync(folder.at('nothing'), folder.at('to-nothing'))
    symlinkSync(folder.at('loop'), folder.at('loop'))
    spawnSync('mkfifo', [folder.at('pipe')])
    const { entries } = await read(folder.path)
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
      ['real', 'folder'],
      ['to-folder', 'folder'],
      ['text', 'file'],
      ['to-text', 'file'],
    ])
  })

  // Thousands of files on a disk that is busy with others': the limit is for what hangs.
  test('with very many entries is cut, folders kept, and said to be cut', { timeout: 30_000 }, async () => {
    for (let i = 0; i < 5100; i++) writeFileSync(folder.at(`f${i}`), '')
    mkdirSync(folder.at('zz'))
    const { entries, isCut } = await read(folder.path)
    expect(entries).toHaveLength(5000)
    expect(entries[0]?.name).toBe('zz')
    expect(isCut).toBe(true)
  })

  test('null is where people start, with the places that are there', async () => {
    mkdirSync(folder.at('Downloads'))
    writeFileSync(folder.at('Desktop'), 'not a folder')
    const view = await read(null)
    expect(view.path).toBe(folder.path)
    const kinds = view.places.map(({ kind }) => kind)
    expect(kinds).toContain('downloads')
    expect(kinds).not.toContain('desktop')
    expect(view.places[0]).toEqual({ kind: 'home', path: folder.path })
  })

  test('the top of a disk has no parent', async () => {
    expect((await read(path.parse(folder.path).root)).parent).toBeNull()
  })

  test.each(['etc', '../..', '', '.', 'file:///etc', '/a\0b'])(
    '%j is refused: it is no absolute path',
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({ code: 'settings.bad-value' })
      await expect(readSpace(text)).rejects.toMatchObject({ code: 'settings.bad-value' })
    },
  )

  test('that is not there, or is a file, is not found', async () => {
    writeFileSync(folder.at('file'), '')
    await expect(read(folder.at('nothing'))).rejects.toMatchObject({ code: 'source.not-found' })
    await expect(read(folder.at('file'))).rejects.toMatchObject({ code: 'source.not-found' })
  })

  test('nobody waits for is given up', async () => {
    for (let i = 0; i < 10; i++) writeFileSync(folder.at(`f${i}`), '')
    await expect(read(folder.path, AbortSignal.abort())).rejects.toMatchObject({ code: 'transfer.stopped' })
  })
})

describe('space', () => {
  test('of a folder that is there', async () => {
    const space = await readSpace(folder.path)
    expect(space).toMatchObject({ exists: true, isWritable: true })
    expect(space.freeBytes).toBeGreaterThan(0)
  })

  test('of one that will be made is that of the nearest one that is there', async () => {
    const space = await readSpace(folder.at('new', 'deep', 'er'))
    expect(space).toMatchObject({ exists: false, isWritable: true })
    expect(space.freeBytes).toBeGreaterThan(0)
  })

  test('a file is no folder to write into, nor is what would lie below it', async () => {
    writeFileSync(folder.at('file'), '')
    expect(await readSpace(folder.at('file'))).toMatchObject({ exists: false, isWritable: false })
    expect(await readSpace(folder.at('file', 'below'))).toMatchObject({ exists: false, isWritable: false })
  })

  // The administrator may write anywhere.
  test.skipIf(process.getuid?.() === 0)('a folder of somebody else is not writable', async () => {
    mkdirSync(folder.at('closed'))
    chmodSync(folder.at('closed'), 0o500)
    expect(await readSpace(folder.at('closed'))).toMatchObject({ exists: true, isWritable: false })
    rmSync(folder.at('closed'), { recursive: true })
  })
})

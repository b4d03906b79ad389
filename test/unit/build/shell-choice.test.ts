/** What `npm start` opens, on computers of every kind. */

import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { chooseShell, type ShellChoice, type Surroundings } from '#build/shell-choice.ts'

const ELECTRON = path.join('/beeline', 'node_modules', 'electron')
const PROGRAM = path.join(ELECTRON, 'dist', 'electron')

const INSTALLED: Readonly<Record<string, string>> = {
  [path.join(ELECTRON, 'package.json')]: '{ "name": "electron", "version": "45.4.1" }',
  [path.join(ELECTRON, 'path.txt')]: 'electron',
  [path.join(ELECTRON, 'dist', 'version')]: 'v45.4.1\n',
  [PROGRAM]: 'program',
}

function choose(
  changes: Omit<Partial<Surroundings>, 'files'> & { readonly files?: Readonly<Record<string, string>> } = {},
): ShellChoice {
  const files = changes.files ?? INSTALLED
  return chooseShell({
    platform: 'linux',
    environment: { DISPLAY: ':0' },
    isRoot: false,
    root: '/beeline',
    ...changes,
    files: { exists: (file) => Object.hasOwn(files, file), read: (file) => files[file] },
  })
}

function without(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(INSTALLED).filter(([file]) => !names.includes(path.basename(file))),
  )
}

test('Electron, where its program and a display are there', () => {
  expect(choose()).toEqual({ shell: 'electron', program: PROGRAM })
  expect(choose({ environment: { WAYLAND_DISPLAY: 'wayland-0' } }).shell).toBe('electron')
})

describe('a page, and says why:', () => {
  test.each([
    ['Electron is not installed here', {}],
    ['not here yet', without('version')],
    ['not here yet', without('path.txt')],
    ['not here yet', without('electron')],
    ['not here yet', { ...INSTALLED, [path.join(ELECTRON, 'path.txt')]: '' }],
    ['45.4.0 instead of 45.4.1', { ...INSTALLED, [path.join(ELECTRON, 'dist', 'version')]: '45.4.0' }],
  ])('%s', (why, files) => {
    expect(choose({ files })).toEqual({ shell: 'web', why: expect.stringContaining(why) })
  })

  test.each([{}, { DISPLAY: '' }])('there is no display: %j', (environment) => {
    expect(choose({ environment })).toEqual({ shell: 'web', why: 'there is no display' })
  })

  test('Chromium’s sandbox refuses root', () => {
    expect(choose({ isRoot: true })).toEqual({ shell: 'web', why: expect.stringContaining('root') })
  })

  test('it was asked for', () => {
    expect(choose({ environment: { DISPLAY: ':0', BEELINE_SHELL: 'web' } }).shell).toBe('web')
  })
})

test.each(['darwin', 'win32'] as const)('%s always has a display', (platform) => {
  expect(choose({ platform, environment: {} }).shell).toBe('electron')
})

describe('a folder of Electron elsewhere', () => {
  const environment = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/opt/electron' }

  test('is used, even without the package’s own note of its name', () => {
    const files = { ...without('path.txt', 'version'), [path.join('/opt/electron', 'electron')]: 'program' }
    expect(choose({ environment, files })).toEqual({
      shell: 'electron',
      program: path.join('/opt/electron', 'electron'),
    })
  })

  test('without a program is no way', () => {
    expect(choose({ environment })).toEqual({
      shell: 'web',
      why: expect.stringContaining('ELECTRON_OVERRIDE_DIST_PATH'),
    })
  })
})

test('who wants Electron only is not given a page', () => {
  const environment = { DISPLAY: ':0', BEELINE_SHELL: 'electron' }
  expect(choose({ environment }).shell).toBe('electron')
  expect(choose({ environment, files: {} })).toEqual({ shell: 'none', why: 'Electron is not installed here' })
  expect(choose({ environment: { BEELINE_SHELL: 'electron' } })).toEqual({
    shell: 'none',
    why: 'there is no display',
  })
})

test('another wish is an error', () => {
  expect(() => choose({ environment: { BEELINE_SHELL: 'window' } })).toThrow(RangeError)
})

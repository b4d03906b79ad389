/** When the window is built again. */

import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isFresh } from '#cli/freshness.js'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'

let folder: TempFolder

beforeEach(async () => {
  folder = await TempFolder.create()
  mkdirSync(folder.at('source', 'deep'), { recursive: true })
  for (const name of ['out', 'source/a', 'source/deep/b']) writeFileSync(folder.at(name), name)
  for (const name of ['source/a', 'source/deep/b', 'source/deep', 'source']) at(name, 100)
  at('out', 200)
})

afterEach(() => {
  folder[Symbol.dispose]()
})

function at(name: string, timeS: number): void {
  utimesSync(folder.at(name), timeS, timeS)
}

function isBuilt(): boolean {
  return isFresh([folder.at('out')], [folder.at('source'), folder.at('not-there')])
}

test('what is older than the build does not ask for another', () => {
  expect(isBuilt()).toBe(true)
})

test('a source that has changed does, however deep', () => {
  at('source/deep/b', 300)
  expect(isBuilt()).toBe(false)
})

test('a source that is gone does', () => {
  rmSync(folder.at('source', 'deep', 'b'))
  expect(isBuilt()).toBe(false)
})

test('no build does', () => {
  rmSync(folder.at('out'))
  expect(isBuilt()).toBe(false)
})

/** The folder for a download: what stands there already is left alone. */

import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { chooseNames, prepareDestination, rememberedDestination } from '#engine/store/destination.ts'
import { fileEntry } from './store-harness.ts'
import { tempFolder } from './temp-folder.ts'

test.each([
  ['nothing', [], undefined],
  ['the same name', ['film.mkv'], 'film (2).mkv'],
  ['an unfinished file of somebody else', ['film.mkv.part'], 'film (2).mkv'],
  ['both, and the next', ['film.mkv', 'film (2).mkv.part'], 'film (3).mkv'],
])('a name is free beside %s', async (_what, there, chosen) => {
  const folder = tempFolder()
  for (const name of there) writeFileSync(path.join(folder, name), 'mine')
  const { top } = await chooseNames(folder, { entries: [fileEntry('film.mkv', 5)] })
  expect(top['film.mkv']).toBe(chosen)
  expect(readdirSync(folder).sort()).toEqual([...there].sort())
})

test('a place that is new is made; one that is remembered and gone is not', async () => {
  const folder = tempFolder()
  const place = path.join(folder, 'a/b')
  await expect(rememberedDestination(place)).rejects.toMatchObject({ code: 'disk.gone' })
  expect(readdirSync(folder)).toEqual([])
  expect(await prepareDestination(place)).toBe(place)
  expect(await rememberedDestination(place)).toBe(place)
})

test('a place that leads elsewhere now is not the one that was remembered', async () => {
  const folder = tempFolder()
  mkdirSync(path.join(folder, 'other'))
  symlinkSync('other', path.join(folder, 'place'))
  await expect(rememberedDestination(path.join(folder, 'place'))).rejects.toMatchObject({ code: 'disk.gone' })
})

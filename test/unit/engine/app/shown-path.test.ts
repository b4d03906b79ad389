import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { shownPath } from '#engine/app/shown-path.ts'
import type { FolderView } from '#shared/api/transfer-views.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { transferView } from './fake-engine.ts'

let folder: TempFolder

beforeEach(async () => {
  folder = await TempFolder.create()
  mkdirSync(folder.at('to/photos'), { recursive: true })
})

afterEach(() => folder[Symbol.dispose]())

function show(
  names: readonly string[] | undefined,
  sources: readonly string[] = [],
  role: 'get' | 'send' = 'get',
) {
  const destination = role === 'get' ? folder.at('to') : null
  return shownPath(
    transferView({ role, destination }),
    () => {
      if (names === undefined) throw new Error('not known yet')
      const entries: FolderView['entries'] = names.map((name) => ({
        name,
        kind: 'folder',
        sizeBytes: 0,
        fileCount: 0,
        doneBytes: 0,
        wanted: 'all',
      }))
      return { path: '', entries }
    },
    sources,
  )
}

test('the one folder that came is shown', async () => {
  expect(await show(['photos'])).toBe(folder.at('to/photos'))
})

test.each([[['photos', 'more']], [['renamed-here']], [undefined], [['../..']], [['..']]])(
  'with %j on top it is the place where all of it stands',
  async (names) => {
    expect(await show(names)).toBe(folder.at('to'))
  },
)

test('of an own share it is the source, if it is still there', async () => {
  writeFileSync(folder.at('a'), '')
  expect(await show([], [folder.at('gone'), folder.at('a')], 'send')).toBe(folder.at('a'))
  await expect(show([], [folder.at('gone')], 'send')).rejects.toMatchObject({ code: 'source.not-found' })
})

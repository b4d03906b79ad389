import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readUserFolders } from '#engine/app/user-folders.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'

let home: TempFolder

beforeEach(async () => {
  home = await TempFolder.create()
})
afterEach(() => home[Symbol.dispose]())

function say(text: string): void {
  mkdirSync(home.at('.config'))
  writeFileSync(home.at('.config', 'user-dirs.dirs'), text)
}

test('a desktop in Korean has its own names', async () => {
  say('# made by xdg-user-dirs\nXDG_DESKTOP_DIR="$HOME/바탕화면"\nXDG_DOWNLOAD_DIR="$HOME/다운로드"\n')
  expect(await readUserFolders(home.path, 'linux')).toEqual({
    downloads: home.at('다운로드'),
    desktop: home.at('바탕화면'),
  })
})

test('an absolute one may lie on another disk', async () => {
  say('XDG_DOWNLOAD_DIR="/data/in"\n')
  expect((await readUserFolders(home.path, 'linux')).downloads).toBe('/data/in')
})

test.each([
  ['nothing', undefined, 'linux' as const],
  ['the home folder, which means none', 'XDG_DOWNLOAD_DIR="$HOME/"\n', 'linux' as const],
  ['something relative', 'XDG_DOWNLOAD_DIR="in"\n', 'linux' as const],
  ['another system', 'XDG_DOWNLOAD_DIR="/data/in"\n', 'darwin' as const],
])('the usual names with %s', async (_what, text, platform) => {
  if (text !== undefined) say(text)
  expect((await readUserFolders(home.path, platform)).downloads).toBe(home.at('Downloads'))
})

/** The double itself: what Electron refuses, and what nobody should do, it refuses too. */

import { writeFileSync } from 'node:fs'
import { describe, expect, inject, test } from 'vitest'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { DoubleShell } from './double-shell.ts'

const problem = inject('noChromium')

/** Runs a main process that is no more than these lines. */
async function runMain(text: string, preload = ''): Promise<{ code: number | null; output: string }> {
  using home = await TempFolder.create()
  writeFileSync(home.at('main.mjs'), text.replaceAll('PRELOAD', JSON.stringify(home.at('preload.cjs'))))
  writeFileSync(home.at('preload.cjs'), preload)
  await using shell = DoubleShell.spawn({
    entry: home.at('main.mjs'),
    home: home.path,
    environment: { DOUBLE_EVALUATION_LIMIT_MS: '1500' },
  })
  const code = await shell.exited
  return { code, output: shell.output }
}

const AFTER_READY = `app.whenReady().then(async () => {
  try { await attempt() } catch (error) { console.log('refused: ' + error.message) }
  app.exit(0)
})`

/** A window whose page is served, so that its preload runs. */
const SHOW = `
import { app, BrowserWindow, protocol } from 'electron'
protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }])
const attempt = async () => {
  protocol.handle('app', () => new Response('<p>page', { headers: { 'content-type': 'text/html' } }))
  const window = new BrowserWindow({ webPreferences: { preload: PRELOAD } })
  window.webContents.on('preload-error', (_event, _path, error) => console.log('refused: ' + error.message))
  await window.loadURL('app://page/')
  await new Promise((resolve) => setTimeout(resolve, 300))
}
${AFTER_READY}`

describe.skipIf(problem !== null)(`the double${problem === null ? '' : `: ${problem}`}`, () => {
  test('ends a program that waits for ready at its top level', async () => {
    const { code, output } = await runMain(`import { app } from 'electron'\nawait app.whenReady()`)
    expect([code, output]).toEqual([70, expect.stringContaining('ready would never come')])
  })

  test.each([
    ['a member it does not have', `await app.showEmojiPanel()`, 'app.showEmojiPanel is not implemented'],
    ['a scheme that is registered late', `protocol.registerSchemesAsPrivileged([])`, 'before app is ready'],
    ['a scheme that nobody registered', `protocol.handle('other', () => {})`, "'other' must be registered"],
    [
      'a sandbox that is off',
      `new BrowserWindow({ webPreferences: { sandbox: false } })`,
      'sandbox: false is refused',
    ],
    [
      'Node in the page',
      `new BrowserWindow({ webPreferences: { nodeIntegration: true } })`,
      'nodeIntegration',
    ],
  ])('refuses %s', async (_what, attempt, message) => {
    const { output } = await runMain(`
      import { app, BrowserWindow, protocol } from 'electron'
      const attempt = async () => { ${attempt} }
      ${AFTER_READY}`)
    expect(output).toMatch(new RegExp(`refused: .*${message}`))
  })

  test('refuses an export it does not have', async () => {
    const { code, output } = await runMain(`import { desktopCapturer } from 'electron'\nvoid desktopCapturer`)
    expect([code, output]).toEqual([1, expect.stringContaining('desktopCapturer')])
  })

  test('refuses a sandbox that comes too late', async () => {
    const { output } = await runMain(`
      import { app } from 'electron'
      const attempt = async () => app.enableSandbox()
      ${AFTER_READY}`)
    expect(output).toContain('enableSandbox must be called before ready')
  })

  test.each([
    ['that is a module', `import { contextBridge } from 'electron'`, 'Cannot use import statement'],
    ['that wants Node', `require('node:fs')`, 'module not found: node:fs'],
    ['that wants another file', `require('./other.cjs')`, 'module not found: ./other.cjs'],
    ['that throws', `throw new Error('spoilt')`, 'spoilt'],
  ])('reports a preload %s', async (_what, preload, message) => {
    expect((await runMain(SHOW, preload)).output).toMatch(new RegExp(`refused: .*${message}`))
  })

  test('runs a preload that keeps the rules', async () => {
    const { code, output } = await runMain(
      SHOW,
      `require('electron').contextBridge.exposeInMainWorld('x', {})`,
    )
    expect([code, output]).toEqual([0, expect.not.stringContaining('refused')])
  })
})

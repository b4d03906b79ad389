/** The built shell on the double: what only the double can show. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, test, vi } from 'vitest'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { INVENTED } from './double/names.ts'
import { DoubleShell, type DoubleOptions } from './double-shell.ts'
import { openRemote, Watched } from './page.ts'

const problem = inject('noChromium')
const PATIENCE = { timeout: 20_000, interval: 50 }

function launch(options: Omit<DoubleOptions, 'entry'>): Promise<DoubleShell> {
  return DoubleShell.start({ ...options, entry: path.join(inject('shellOut'), 'main/index.js') })
}

test('the double invents no name', () => {
  expect(Object.values(INVENTED).every((isReal) => isReal)).toBe(true)
})

describe.skipIf(problem !== null)(
  `the built shell on the double${problem === null ? '' : `: ${problem}`}`,
  () => {
    test('the window’s page is sandboxed, isolated and without Node', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      expect(shell.callsOf('app.enableSandbox')).toHaveLength(1)
      expect(shell.callsOf('BrowserWindow')).toMatchObject([
        [
          {
            show: false,
            minWidth: 420,
            minHeight: 480,
            title: 'Beeline',
            backgroundColor: '#faf8f3',
            webPreferences: {
              sandbox: true,
              contextIsolation: true,
              nodeIntegration: false,
              webSecurity: true,
            },
          },
        ],
      ])
      await vi.waitFor(async () => expect((await shell.windowState()).isVisible).toBe(true), PATIENCE)
      expect(shell.callsOf('preload-error')).toEqual([])
      expect(shell.callsOf('network')).toEqual([])
    })

    test('attempts to leave are stopped at each of the doors, and hand nothing to the system', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      await shell.evaluate(`location.href = 'https://example.org/away'; undefined`)
      await vi.waitFor(
        () => expect(shell.callsOf('navigation-prevented')).toEqual([['https://example.org/away']]),
        PATIENCE,
      )
      await shell.evaluate(`window.open('https://example.org/popup'); undefined`)
      await vi.waitFor(
        () => expect(shell.callsOf('window.open')).toEqual([['https://example.org/popup', 'deny']]),
        PATIENCE,
      )
      await shell.evaluate(`window.open('mailto:?body=link'); undefined`)
      expect(
        shell
          .callsOf('shell.openExternal')
          .flat()
          .filter((url) => String(url).startsWith('http')),
      ).toEqual([])
      expect(shell.callsOf('network')).toEqual([])
    })

    test('powers are refused, but for the clipboard in the page itself', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const cases: [string, string, boolean, boolean][] = [
        ['media', 'app://beeline/', true, false],
        ['geolocation', 'app://beeline/', true, false],
        ['notifications', 'app://beeline/', true, false],
        ['clipboard-read', 'app://beeline/', false, false],
        ['clipboard-read', 'https://example.org/', true, false],
        ['clipboard-read', 'app://beeline/', true, true],
        ['clipboard-sanitized-write', 'app://beeline/', true, true],
      ]
      for (const [permission, requestingUrl, isMainFrame, isGranted] of cases) {
        const details = { requestingUrl, isMainFrame }
        const answers = [
          await shell.act('session.request', permission, details),
          await shell.act('session.check', permission, details),
        ]
        expect([permission, details, answers]).toEqual([permission, details, [isGranted, isGranted]])
      }
      expect(await shell.act('session.device', { deviceType: 'usb' })).toBe(false)
      expect(await shell.act('session.download')).toBe(true)
    })

    test('a closed window is put away, which is said once, and comes back', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const remote = await openRemote(shell)
      await remote.call('settings.change', { general: { keepRunning: true } })
      await shell.closeWindow()
      expect((await shell.windowState()).isVisible).toBe(false)
      expect(shell.callsOf('Notification.show')).toMatchObject([[{ title: 'Beeline is still running' }]])
      await shell.act('tray.choose', 'Show Beeline')
      expect((await shell.windowState()).isVisible).toBe(true)
      await shell.closeWindow()
      expect(shell.callsOf('Notification.show')).toHaveLength(1)
      // The page lives on meanwhile.
      await expect(remote.call('host.space', { path: home.path })).resolves.toMatchObject({ exists: true })
    })

    test('a closed window ends the program for who wants that', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      await (await openRemote(shell)).call('settings.change', { general: { keepRunning: false } })
      await shell.closeWindow()
      expect(await shell.exited).toBe(0)
    })

    test('without a tray a closed window ends the program, since nobody would find it', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path, answers: { 'Tray.isThere': false } })
      const remote = await openRemote(shell)
      const watched = new Watched(remote)
      await vi.waitFor(() => expect(watched.of('snapshot')[0]?.app.capabilities.tray).toBe(false), PATIENCE)
      await remote.call('settings.change', { general: { keepRunning: true } })
      await shell.closeWindow()
      expect(await shell.exited).toBe(0)
    })

    test('started at login it stays in the tray until it is wanted', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path, args: ['--hidden'] })
      expect((await shell.windowState()).isVisible).toBe(false)
      await shell.act('tray.click')
      expect((await shell.windowState()).isVisible).toBe(true)
    })

    test('start at login is entered, and taken out again', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const remote = await openRemote(shell)
      const file = home.at('config/autostart/org.example.Beeline.desktop')
      await remote.call('settings.change', { general: { startAtLogin: true } })
      await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('"--hidden"'), PATIENCE)
      await remote.call('settings.change', { general: { startAtLogin: false } })
      await vi.waitFor(() => expect(() => readFileSync(file)).toThrow('ENOENT'), PATIENCE)
    })

    test('a TURN password is kept by the key store and stands nowhere in the data folder', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const remote = await openRemote(shell)
      await remote.call('server.add', {
        url: 'turn:relay.example:3478',
        username: 'anna',
        password: 'correct horse battery',
      })
      expect(shell.callsOf('safeStorage.encryptStringAsync')).toHaveLength(1)
      await shell.quit()
      await shell.exited
      expect(filesBelow(home.path).filter((file) => readFileSync(file).includes('correct horse'))).toEqual([])
    })

    test('without a key store the file takes it, and the page is told so', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({
        home: home.path,
        answers: { 'safeStorage.getSelectedStorageBackend': 'basic_text' },
      })
      const remote = await openRemote(shell)
      const watched = new Watched(remote)
      await vi.waitFor(
        () => expect(watched.of('snapshot')[0]?.app.capabilities.secrets).toBe('file'),
        PATIENCE,
      )
      await remote.call('server.add', {
        url: 'turn:relay.example:3478',
        username: 'anna',
        password: 'secret words',
      })
      expect(shell.callsOf('safeStorage.encryptStringAsync')).toEqual([])
      expect(readFileSync(home.at('secrets.json'), 'utf8')).toContain('secret words')
    })

    test('the system’s dialogs answer the page, and remember the folder', async () => {
      using home = await TempFolder.create()
      mkdirSync(home.at('photos'))
      await using shell = await launch({ home: home.at('beeline') })
      const remote = await openRemote(shell)
      expect(await remote.call('host.choose', { what: 'files', startAt: null })).toEqual({ paths: [] })
      const chosen = home.at('photos/a.jpg')
      await shell.answer('dialog.showOpenDialog', { canceled: false, filePaths: [chosen] })
      expect(await remote.call('host.choose', { what: 'files', startAt: null })).toEqual({ paths: [chosen] })
      await remote.call('host.choose', { what: 'folders', startAt: null })
      await remote.call('host.choose', { what: 'destination', startAt: home.path })
      const options = shell.callsOf('dialog.showOpenDialog').map((values) => values[1])
      expect(options).toMatchObject([
        { properties: ['openFile', 'multiSelections'] },
        { properties: ['openFile', 'multiSelections'] },
        { properties: ['openDirectory', 'multiSelections'], defaultPath: home.at('photos') },
        { properties: ['openDirectory', 'createDirectory'], defaultPath: home.path },
      ])
      expect(options[0]).not.toHaveProperty('defaultPath')
    })

    test('files are shown in the file manager, never opened', async () => {
      using home = await TempFolder.create()
      writeFileSync(home.at('a.txt'), 'x')
      await using shell = await launch({ home: home.at('beeline') })
      const remote = await openRemote(shell)
      const { id } = await remote.call('share.create', { paths: [home.at('a.txt')] })
      await remote.call('transfer.reveal', { id })
      expect(shell.callsOf('shell.showItemInFolder')).toEqual([[home.at('a.txt')]])
    })

    test('the window stands again where it was left, or on a screen that is there', async () => {
      using home = await TempFolder.create()
      const bounds = { x: 100, y: 120, width: 640, height: 700 }
      {
        await using shell = await launch({ home: home.path })
        await shell.act('window.place', bounds)
        await shell.closeWindow()
        await shell.quit()
        await shell.exited
      }
      {
        await using shell = await launch({ home: home.path })
        expect(shell.callsOf('BrowserWindow')).toMatchObject([[bounds]])
        await shell.quit()
        await shell.exited
      }
      const small = { workArea: { x: 0, y: 0, width: 600, height: 560 } }
      await using shell = await launch({
        home: home.path,
        answers: { 'screen.getPrimaryDisplay': small, 'screen.getAllDisplays': [small] },
      })
      expect(shell.callsOf('BrowserWindow')).toMatchObject([[{ x: 0, y: 0, width: 600, height: 560 }]])
    })

    test('what cannot start says why and ends', async () => {
      using home = await TempFolder.create()
      mkdirSync(home.at('beeline/library.db'), { recursive: true })
      const entry = path.join(inject('shellOut'), 'main/index.js')
      await using shell = DoubleShell.spawn({ home: home.at('beeline'), entry })
      expect(await shell.exited).toBe(1)
      expect(shell.callsOf('dialog.showErrorBox')).toMatchObject([
        ['Beeline cannot start', expect.any(String)],
      ])
      expect(shell.callsOf('BrowserWindow')).toEqual([])
    })

    test('a page that has crashed is loaded again, but not over and over', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const isSameDocument = async (): Promise<unknown> =>
        shell.evaluate('globalThis.specMark === 1').catch(() => true)
      await shell.evaluate('globalThis.specMark = 1')
      await shell.act('page.crash')
      await vi.waitFor(async () => expect(await isSameDocument()).toBe(false), PATIENCE)
      const watched = new Watched(await openRemote(shell))
      await vi.waitFor(() => expect(watched.of('snapshot')).toHaveLength(1), PATIENCE)
      await shell.evaluate('globalThis.specMark = 1')
      await shell.act('page.crash')
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(await isSameDocument()).toBe(true)
    })

    test('letters grow and shrink by the usual keys', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const key = { type: 'keyDown', control: true, meta: false, alt: false }
      for (const pressed of ['+', '+', '-', 'x', '0']) await shell.act('page.key', { ...key, key: pressed })
      await shell.act('page.key', { ...key, control: false, key: '+' })
      expect(shell.callsOf('webContents.setZoomLevel').flat()).toEqual([0.5, 1, 0.5, 0])
    })

    test('a Korean system gets Korean texts', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({
        home: home.path,
        answers: { 'app.getPreferredSystemLanguages': ['ko-KR'] },
      })
      expect(shell.callsOf('tray.setContextMenu').at(-1)).toEqual([['Beeline 보기', 'Beeline 종료']])
    })

    test('an orderly end comes also by signal', async () => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      await shell.terminate()
      expect(await shell.exited).toBe(0)
      expect(shell.callsOf('tray.destroy')).toHaveLength(1)
    })
  },
)

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

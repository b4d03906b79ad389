/** What must hold of the built shell wherever it runs: on the double, and on Electron where its program is present. */

import { existsSync, writeFileSync } from 'node:fs'
import { expect, vi } from 'vitest'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { openRemote, Watched } from './page.ts'
import type { ShellLauncher } from './shell-driver.ts'

const KEY = 'jBJkiIxR0oyCaN7lYUvgrvTEkTP9cr3STr8_1c3Z3aBPslWM8wt0sv7frhXGyGow'
/** Nobody listens there. */
const LINK = `beeline://127.0.0.1:9/lan#${KEY}`

/** A shell may take its time on a busy computer. */
const PATIENCE = { timeout: 20_000, interval: 50 }

interface CommonSpec {
  readonly name: string
  /** A UI that is there already would take what the spec waits for. */
  readonly needsBlankPage?: boolean
  readonly run: (launch: ShellLauncher) => Promise<void>
}

export const COMMON_SPECS: readonly CommonSpec[] = [
  {
    name: 'the page gets a bridge, and nothing of Node or Electron',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      expect(await shell.evaluate('Object.keys(window.beeline).sort().join()')).toBe('connect,pathsOf')
      expect(
        await shell.evaluate('[typeof require, typeof process, typeof Buffer, typeof ipcRenderer].join()'),
      ).toBe('undefined,undefined,undefined,undefined')
      expect(
        await shell.evaluate('try { window.beeline.connect = 1 } catch {}; typeof window.beeline.connect'),
      ).toBe('function')
    },
  },
  {
    name: 'a shared file gets its link at once, and the page is told',
    run: async (launch) => {
      using home = await TempFolder.create()
      writeFileSync(home.at('photo.jpg'), 'not really')
      await using shell = await launch({ home: home.at('beeline') })
      const remote = await openRemote(shell)
      const watched = new Watched(remote)
      await vi.waitFor(() => expect(watched.of('snapshot')).toHaveLength(1), PATIENCE)
      expect(watched.of('snapshot')[0]?.app.capabilities).toMatchObject({
        shell: 'desktop',
        dialogs: true,
        upload: null,
      })
      const { id, link } = await remote.call('share.create', { paths: [home.at('photo.jpg')] })
      expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/get#/)
      await vi.waitFor(() => {
        const seen = watched.of('transfers').flatMap((event) => event.changed)
        expect(
          seen.some((view) => view.id === id && view.state === 'seeding' && view.totalBytes === 10),
        ).toBe(true)
      }, PATIENCE)
    },
  },
  {
    name: 'a known failure keeps its code on its way to the page',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const remote = await openRemote(shell)
      await expect(remote.call('share.create', { paths: [home.at('missing')] })).rejects.toMatchObject({
        code: 'source.not-found',
      })
    },
  },
  {
    name: 'a page that is loaded anew loses its connection and gets another one',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      // More than one page may have at a time: each one ends with its document.
      for (let count = 0; count < 17; count++) {
        await openRemote(shell)
        await shell.reload()
      }
      const watched = new Watched(await openRemote(shell))
      await vi.waitFor(() => expect(watched.of('snapshot')).toHaveLength(1), PATIENCE)
    },
  },
  {
    name: 'the policy is in force: no foreign request, no inline code, no text that becomes code',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      expect(
        await shell.evaluate(`(async () => {
          const failed = async (attempt) => { try { await attempt(); return false } catch { return true } }
          const script = document.createElement('script')
          const element = document.createElement('div')
          return [
            await failed(() => fetch('https://example.org/')),
            await failed(() => { element.innerHTML = '<b>x</b>' }),
            await failed(() => { script.textContent = 'globalThis.inlineRan = 1' }),
            await failed(() => trustedTypes.createPolicy('any', { createHTML: (text) => text })),
            globalThis.inlineRan === undefined,
          ].join()
        })()`),
      ).toBe('true,true,true,true,true')
    },
  },
  {
    name: 'nothing outside of the page’s folder can be fetched',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const statusOf = (path: string): Promise<unknown> =>
        shell.evaluate(`fetch(${JSON.stringify(path)}).then((response) => response.status)`)
      expect(await statusOf('./index.html')).toBe(200)
      for (const path of [
        '/%2e%2e%2fmain/index.js',
        '/..%2fmain%2findex.js',
        '/..%5cmain%5cindex.js',
        '//etc/passwd',
      ]) {
        // The last one is another host, which is not even asked.
        const answer = path.startsWith('//') ? statusOf(path).catch(() => 'refused') : statusOf(path)
        expect([path, await answer]).toEqual([path, path.startsWith('//') ? 'refused' : 404])
      }
    },
  },
  {
    name: 'the page can neither leave nor open windows nor hold frames',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      await shell.evaluate(`location.href = 'https://example.org/'; undefined`)
      await shell.evaluate(`window.open('https://example.org/'); undefined`)
      await shell.evaluate(`{
        const frame = document.createElement('iframe')
        frame.src = 'https://example.org/'
        document.body.append(frame)
      }`)
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect((await shell.windowState()).url).toBe('app://beeline/')
      expect(await shell.evaluate('typeof window.beeline')).toBe('object')
      expect(await shell.evaluate('try { frames[0]?.document.title; true } catch { true }')).toBe(true)
    },
  },
  {
    name: 'a link that the program was started with reaches the page',
    needsBlankPage: true,
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path, args: [LINK] })
      const watched = new Watched(await openRemote(shell))
      await vi.waitFor(() => expect(watched.of('link').map((event) => event.link)).toEqual([LINK]), PATIENCE)
    },
  },
  {
    name: 'a second start hands its link over, brings the window, and ends',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const watched = new Watched(await openRemote(shell))
      await vi.waitFor(() => expect(watched.of('snapshot')).toHaveLength(1), PATIENCE)
      expect(await shell.startAgain([LINK])).toBe(0)
      await vi.waitFor(() => expect(watched.of('link').map((event) => event.link)).toEqual([LINK]), PATIENCE)
      await vi.waitFor(async () => expect((await shell.windowState()).isVisible).toBe(true), PATIENCE)
    },
  },
  {
    name: 'files that the program was started with reach the page; what is no file does not',
    needsBlankPage: true,
    run: async (launch) => {
      using home = await TempFolder.create()
      writeFileSync(home.at('a.txt'), 'x')
      await using shell = await launch({
        home: home.at('beeline'),
        args: [home.at('a.txt'), home.at('missing'), '--x'],
      })
      const watched = new Watched(await openRemote(shell))
      await vi.waitFor(
        () => expect(watched.of('paths').map((event) => event.paths)).toEqual([[home.at('a.txt')]]),
        PATIENCE,
      )
    },
  },
  {
    name: 'a link that macOS reports reaches the page; nonsense does not',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      const watched = new Watched(await openRemote(shell))
      await vi.waitFor(() => expect(watched.of('snapshot')).toHaveLength(1), PATIENCE)
      await shell.emit('open-url', 'beeline://evil')
      await shell.emit('open-url', LINK)
      await vi.waitFor(() => expect(watched.of('link').map((event) => event.link)).toEqual([LINK]), PATIENCE)
    },
  },
  {
    name: 'a chosen file tells where it lies, a made-up one does not',
    run: async (launch) => {
      using home = await TempFolder.create()
      writeFileSync(home.at('dropped.txt'), 'dropped')
      await using shell = await launch({ home: home.at('beeline') })
      await shell.evaluate(`{
        const input = document.createElement('input')
        input.type = 'file'
        input.id = 'spec-input'
        document.body.append(input)
      }`)
      await shell.setFiles('#spec-input', [home.at('dropped.txt')])
      expect(
        await shell.evaluate(`window.beeline.pathsOf([
          ...document.querySelector('#spec-input').files, new File(['x'], 'made-up.txt'),
        ]).join()`),
      ).toBe(home.at('dropped.txt'))
    },
  },
  {
    name: 'quitting closes the engine, and ends the process with 0',
    run: async (launch) => {
      using home = await TempFolder.create()
      await using shell = await launch({ home: home.path })
      // SQLite takes its journal away when it is closed, and only then.
      const journal = home.at('library.db-wal')
      expect(existsSync(journal)).toBe(true)
      await shell.quit()
      expect(await shell.exited).toBe(0)
      expect(existsSync(journal)).toBe(false)
      // The folder is free again, so nothing was left open.
      await using again = await launch({ home: home.path })
      const watched = new Watched(await openRemote(again))
      await vi.waitFor(() => expect(watched.of('snapshot')).toHaveLength(1), PATIENCE)
    },
  },
]

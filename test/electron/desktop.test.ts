/** What follows the transfers outside of the page: tray, task bar, notifications, sleep, theme. Transfers are made up. */

import path from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import type { TransferView } from '#shared/api/views.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { peerView, transferView } from '#test/unit/electron/transfer-view.ts'
import { DoubleShell } from './double-shell.ts'

const problem = inject('noChromium')
let home: TempFolder
let shell: DoubleShell

beforeEach(async () => {
  if (problem !== null) return
  home = await TempFolder.create()
  shell = await DoubleShell.start({
    entry: path.join(import.meta.dirname, 'mains/desktop-main.ts'),
    home: home.path,
    environment: { SPEC_OUT: inject('shellOut') },
  })
})
afterEach(async () => {
  await shell?.[Symbol.asyncDispose]()
  home?.[Symbol.dispose]()
})

const tell = (...views: TransferView[]): Promise<unknown> => shell.act('transfers', views)

describe.skipIf(problem !== null)(`beside the page${problem === null ? '' : `: ${problem}`}`, () => {
  test('the tray lists what runs, and brings the window', async () => {
    expect(shell.callsOf('tray.setContextMenu')).toEqual([[['Show Beeline', 'Quit Beeline']]])
    await tell(
      transferView({ doneBytes: 430, title: 'Rock & Roll' }),
      transferView({ id: 2, role: 'send', state: 'seeding', title: 'Fotos', peers: [peerView()] }),
      transferView({ id: 3, state: 'paused', title: 'Later' }),
    )
    expect(shell.callsOf('tray.setContextMenu').at(-1)).toEqual([
      ['↓ Rock && Roll  43 %', '↑ Fotos', 'Show Beeline', 'Quit Beeline'],
    ])
    expect(shell.callsOf('tray.setToolTip').at(-1)).toEqual(['Beeline: receiving 1, sending 1'])
    await shell.act('tray.choose', '↑ Fotos')
    expect((await shell.windowState()).isVisible).toBe(true)
  })

  test('the tray’s menu is set again only when something in it has changed', async () => {
    await tell(transferView({ doneBytes: 100 }))
    const count = shell.callsOf('tray.setContextMenu').length
    await tell(transferView({ doneBytes: 101, downBytesPerSecond: 5 }))
    expect(shell.callsOf('tray.setContextMenu')).toHaveLength(count)
    await tell(transferView({ doneBytes: 110 }))
    expect(shell.callsOf('tray.setContextMenu')).toHaveLength(count + 1)
  })

  test('a click on the tray brings the window', async () => {
    await shell.act('tray.click')
    expect((await shell.windowState()).isVisible).toBe(true)
  })

  test('the task bar shows the progress in steps, and nothing when nothing is received', async () => {
    await tell(transferView({ doneBytes: 250 }))
    await tell(transferView({ doneBytes: 251 }))
    await tell(transferView({ doneBytes: 1000, state: 'finished' }))
    await tell(transferView({ id: 2, state: 'seeding', role: 'send', peers: [peerView()] }))
    expect(shell.callsOf('window.setProgressBar').map(([value]) => value)).toEqual([0.25, -1])
  })

  test('the computer is kept awake while something moves, by one blocker', async () => {
    await tell(transferView())
    await tell(transferView({ id: 2 }))
    await tell(transferView({ state: 'stalled' }))
    expect([shell.callsOf('powerSaveBlocker.start'), shell.callsOf('powerSaveBlocker.stop')]).toEqual([
      [['prevent-app-suspension']],
      [],
    ])
    await tell(transferView({ id: 2, state: 'paused' }))
    expect(shell.callsOf('powerSaveBlocker.stop')).toEqual([[1]])
    await tell(transferView())
    await shell.act('desktop.close')
    expect(shell.callsOf('powerSaveBlocker.stop')).toEqual([[1], [2]])
  })

  test('who does not look at the window is notified, and a click brings it', async () => {
    await tell(transferView())
    await tell(transferView({ state: 'seeding', finishedAtMs: 1 }))
    expect(shell.callsOf('Notification.show')).toEqual([
      [{ title: 'Received', body: '“Holiday” is complete.' }],
    ])
    await shell.act('notification.click')
    expect((await shell.windowState()).isVisible).toBe(true)
    await tell(transferView({ state: 'failed' }))
    expect(shell.callsOf('Notification.show')).toHaveLength(1)
    await shell.act('window.blur')
    await tell(transferView({ id: 2, state: 'failed' }))
    expect(shell.callsOf('Notification.show').at(-1)).toMatchObject([{ title: 'A transfer stopped' }])
  })

  test('an offer that arrives while the person is elsewhere is told; one that is in sight is not', async () => {
    await shell.act('offer', { title: 'Fotos', sender: 'Mina' })
    expect(shell.callsOf('Notification.show')).toEqual([
      [{ title: 'Files are waiting for your answer', body: 'Mina offers “Fotos”.' }],
    ])
    await shell.act('notification.click')
    await shell.act('offer', { title: 'Fotos', sender: 'Mina' })
    expect(shell.callsOf('Notification.show')).toHaveLength(1)
    await shell.act('window.blur')
    await shell.act('offer', { title: 'Songs', sender: '' })
    expect(shell.callsOf('Notification.show').at(-1)).toMatchObject([{ body: 'Somebody offers “Songs”.' }])
    await shell.act('desktop.close')
    await shell.act('offer', { title: 'Late', sender: '' })
    expect(shell.callsOf('Notification.show')).toHaveLength(2)
  })

  test('who does not want notifications gets none', async () => {
    await shell.act('general', { notifications: false })
    await tell(transferView({ state: 'failed' }))
    await shell.act('offer', { title: 'Fotos', sender: 'Mina' })
    expect(shell.callsOf('Notification.show')).toEqual([])
  })

  test('another language and another theme take effect at once', async () => {
    await shell.act('general', { language: 'ko', theme: 'dark' })
    expect(shell.callsOf('tray.setContextMenu').at(-1)).toEqual([['Beeline 보기', 'Beeline 종료']])
    expect(shell.callsOf('nativeTheme.themeSource')).toEqual([['dark']])
    expect(shell.callsOf('window.setBackgroundColor')).toEqual([['#151411']])
  })

  test('quitting is in the tray', async () => {
    await shell.act('tray.choose', 'Quit Beeline')
    expect(await shell.exited).toBe(0)
    await vi.waitFor(() => expect(shell.callsOf('app.exit')).toEqual([[0]]))
  })
})

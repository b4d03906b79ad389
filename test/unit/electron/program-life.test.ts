/** Start at login, updates, the end, the log: decisions without a desktop. */

import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { autostartEntry, autostartFile } from '#electron/main/autostart-entry.ts'
import { openLog } from '#electron/main/log.ts'
import { Quitting } from '#electron/main/quit.ts'
import { openUpdates, type Updater } from '#electron/main/updates.ts'
import type { UpdateView } from '#shared/api/update-view.ts'

describe('start at login on Linux', () => {
  test.each([
    [{}, '/home/anna/.config/autostart/org.example.Beeline.desktop'],
    [{ XDG_CONFIG_HOME: '/data/config' }, '/data/config/autostart/org.example.Beeline.desktop'],
    [{ XDG_CONFIG_HOME: 'relative' }, '/home/anna/.config/autostart/org.example.Beeline.desktop'],
  ])('%j', (environment, file) => {
    expect(autostartFile(environment, '/home/anna')).toBe(file)
  })

  test.each([
    [['/opt/Beeline/beeline', '--hidden'], 'Exec="/opt/Beeline/beeline" "--hidden"'],
    [['/my apps/bee "line"'], String.raw`Exec="/my apps/bee \\"line\\""`],
    [['/a$b`c\\d'], String.raw`Exec="/a\\$b\\` + '`' + String.raw`c\\\\d"`],
    [['/100%'], 'Exec="/100%%"'],
  ])('%j is quoted as the specification asks for', (command, line) => {
    expect(autostartEntry(command).split('\n')).toContain(line)
  })
})

class FakeUpdater extends EventEmitter implements Updater {
  autoDownload = true
  autoInstallOnAppQuit = true
  logger: unknown = console
  readonly done: string[] = []
  failure: Error | undefined

  async checkForUpdates(): Promise<void> {
    this.done.push('check')
    if (this.failure !== undefined) throw this.failure
  }
  async downloadUpdate(): Promise<void> {
    this.done.push('download')
    if (this.failure !== undefined) throw this.failure
  }
  quitAndInstall(): void {
    this.done.push('install')
  }
}

function updates() {
  const updater = new FakeUpdater()
  let loads = 0
  const port = openUpdates(
    async () => {
      loads++
      return updater
    },
    async () => void updater.done.push('closed'),
  )
  const told: UpdateView[] = []
  port.onChange((update) => told.push(update))
  return { updater, port, told, loads: () => loads }
}

describe('updates', () => {
  test('nothing is loaded, asked or fetched by itself', async () => {
    const { updater, port, loads } = updates()
    expect(loads()).toBe(0)
    await port.check()
    await port.check()
    expect([loads(), updater.autoDownload, updater.autoInstallOnAppQuit]).toEqual([1, false, false])
  })

  test('goes from available to ready, and installs after the engine has closed', async () => {
    const { updater, port, told } = updates()
    await expect(port.download()).rejects.toMatchObject({ code: 'api.unavailable' })
    await port.check()
    updater.emit('update-available', { version: '2.0.0' })
    await expect(port.install()).rejects.toMatchObject({ code: 'api.unavailable' })
    await port.download()
    updater.emit('download-progress', { percent: 50 })
    updater.emit('update-downloaded', { version: '2.0.0' })
    await port.install()
    expect(told.map((update) => [update?.state, update?.progress])).toEqual([
      ['available', 0],
      ['downloading', 0.5],
      ['ready', 1],
    ])
    expect(updater.done).toEqual(['check', 'download', 'closed', 'install'])
  })

  test('a check that fails is told to who asked, and to nobody else', async () => {
    const { updater, port, told } = updates()
    updater.failure = new Error('no network')
    await expect(port.check()).rejects.toMatchObject({ code: 'api.unavailable' })
    updater.emit('error', updater.failure)
    expect(told).toEqual([])
  })

  test('a download that breaks off is shown, and can be tried again', async () => {
    const { updater, port, told } = updates()
    await port.check()
    updater.emit('update-available', { version: '2.0.0' })
    updater.emit('error', new Error('reset'))
    expect(told.at(-1)?.state).toBe('failed')
    await port.download()
    updater.emit('update-downloaded', { version: '2.0.0' })
    expect(told.at(-1)?.state).toBe('ready')
  })

  test('an update that was withdrawn is gone', async () => {
    const { updater, port, told } = updates()
    await port.check()
    updater.emit('update-available', { version: '2.0.0' })
    updater.emit('update-not-available')
    expect(told.at(-1)).toBeNull()
  })
})

describe('the end', () => {
  test('closes once, however often it is asked for', async () => {
    let closed = 0
    const quitting = new Quitting(async () => void closed++)
    expect([quitting.isUnderway, quitting.isDone]).toEqual([false, false])
    const first = quitting.begin()
    expect([quitting.isUnderway, quitting.isDone]).toEqual([true, false])
    await Promise.all([first, quitting.begin()])
    expect([closed, quitting.isDone]).toEqual([1, true])
  })

  test('does not wait for what never closes', async () => {
    const quitting = new Quitting(() => new Promise(() => {}), 1)
    await quitting.begin()
    expect(quitting.isDone).toBe(true)
  })

  test('comes also when closing fails', async () => {
    const quitting = new Quitting(() => Promise.reject(new Error('disk')))
    await quitting.begin()
    expect(quitting.isDone).toBe(true)
  })
})

test('the log is silent unless it is wanted', () => {
  const lines: string[] = []
  expect(openLog(['beeline'], (line) => lines.push(line))).toBeUndefined()
  openLog(['beeline', '--verbose'], (line) => lines.push(line))?.('peer.lost', { afterMs: 5 })
  expect(lines).toEqual(['{"event":"peer.lost","afterMs":5}\n'])
})

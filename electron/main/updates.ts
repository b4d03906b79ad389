/** Updates, for people who want them: nothing is fetched before somebody says so. Pure, over electron-updater. */

import type { Shell } from '#engine/app/app.ts'
import { AppError } from '#shared/errors.ts'
import type { UpdateView } from '#shared/api/update-view.ts'

/** What is needed of electron-updater's `autoUpdater`. */
export interface Updater {
  autoDownload: boolean
  autoInstallOnAppQuit: boolean
  logger: unknown
  on(event: 'update-available' | 'update-downloaded', listener: (info: { version: string }) => void): unknown
  on(event: 'update-not-available', listener: () => void): unknown
  on(event: 'download-progress', listener: (info: { percent: number }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  checkForUpdates(): Promise<unknown>
  downloadUpdate(): Promise<unknown>
  quitAndInstall(): void
}

type UpdatePort = NonNullable<Shell['updates']>

/**
 * @param updater loaded when it is first needed: it takes a while
 * @param prepareQuit closes the engine, so that the installer does not find its files in use
 */
export function openUpdates(updater: () => Promise<Updater>, prepareQuit: () => Promise<void>): UpdatePort {
  let view: UpdateView = null
  let listener: (update: UpdateView) => void = () => {}
  let loaded: Promise<Updater> | undefined
  const tell = (next: UpdateView): void => {
    view = next
    listener(next)
  }
  const load = (): Promise<Updater> => (loaded ??= updater().then((ready) => configure(ready)))

  const configure = (ready: Updater): Updater => {
    ready.autoDownload = false
    ready.autoInstallOnAppQuit = false
    // It would write addresses and paths to the console.
    ready.logger = null
    ready.on('update-available', ({ version }) => tell({ version, state: 'available', progress: 0 }))
    ready.on('update-not-available', () => tell(null))
    ready.on('download-progress', ({ percent }) => {
      if (view !== null) tell({ ...view, state: 'downloading', progress: percent / 100 })
    })
    ready.on('update-downloaded', ({ version }) => tell({ version, state: 'ready', progress: 1 }))
    // A check that fails is reported by its promise; here only what was promised already and does not come.
    ready.on('error', () => {
      if (view !== null) tell({ ...view, state: 'failed' })
    })
    return ready
  }

  return {
    onChange: (changed) => {
      listener = changed
    },
    async check() {
      await asked((await load()).checkForUpdates())
    },
    async download() {
      if (view === null) throw new AppError('api.unavailable', { detail: 'there is no update' })
      await asked((await load()).downloadUpdate())
    },
    async install() {
      if (view?.state !== 'ready') throw new AppError('api.unavailable', { detail: 'no update is ready' })
      const ready = await load()
      await prepareQuit()
      ready.quitAndInstall()
    },
  }
}

/** Who asked for it is told in the terms of the contract. */
async function asked(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (cause) {
    throw new AppError('api.unavailable', { detail: 'the update server cannot be reached', cause })
  }
}

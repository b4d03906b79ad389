/**
 * The program without a window: an engine, its settings, every transfer it remembers, and the contract's
 * implementation. `beeline serve` and the desktop shell each open one and put a UI in front of it.
 */

import type { Implementation } from '#shared/api/contract.ts'
import type { Capabilities } from '#shared/api/host-views.ts'
import type { SettingsView } from '#shared/api/settings-views.ts'
import type { UpdateView } from '#shared/api/update-view.ts'
import type { AppEvent, AppView, OfferView, TransferView } from '#shared/api/views.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import type { EngineOptions } from '../engine.ts'

export interface RunningCoordinator {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

export interface CoordinatorSettings {
  readonly host: string
  readonly port: number
  /** Folder of its SQLite file. */
  readonly dataDir: string
  readonly iceServers: readonly IceServer[]
  /** A TURN server for which it makes logins that expire. */
  readonly turn?: { readonly urls: readonly string[]; readonly secret: string } | undefined
  readonly isBehindProxy?: boolean | undefined
  readonly log?: EngineOptions['log']
}

/** The coordinator is another part of the program: whoever puts the program together hands it in. */
export type CoordinatorStarter = (settings: CoordinatorSettings) => Promise<RunningCoordinator>

/** Keeps passwords: the system's key store on a desktop, a 0600 file otherwise. Rejects with AppError. */
export interface SecretStore {
  /** @returns what may stand in the settings in the password's place */
  seal(secret: string): Promise<string>
  unseal(sealed: string): Promise<string>
  /** The password is not needed any more. */
  forget(sealed: string): Promise<void>
}

/** What only a shell can do. A part that is absent has its capability unset. */
export interface Shell {
  readonly capabilities: Capabilities
  readonly secrets: SecretStore
  choose?(what: 'files' | 'folders' | 'destination', startAt: string | null): Promise<readonly string[]>
  /** Shows a file or folder in the system's file manager. */
  reveal?(path: string): Promise<void>
  setStartAtLogin?(isOn: boolean): Promise<void>
  readonly updates?: {
    check(): Promise<void>
    download(): Promise<void>
    install(): Promise<void>
    onChange(listener: (update: UpdateView) => void): void
  }
}

export interface AppOptions {
  readonly dataDir: string
  /** Until the person says otherwise. */
  readonly defaults: { readonly deviceName: string; readonly downloadFolder: string }
  readonly version: string
  readonly platform: NodeJS.Platform
  readonly shell: Shell
  readonly startCoordinator: CoordinatorStarter
  /** Where the own coordinator listens, for shares without another one. */
  readonly listen?: { readonly host: string; readonly port: number | undefined }
  /** Restricts ICE to one local address: tests on loopback. */
  readonly bindAddress?: string
  readonly log?: EngineOptions['log']
}

export interface App extends AsyncDisposable {
  /** The same object serves any number of UIs. */
  readonly implementation: Implementation
  settings(): SettingsView
  transfers(): readonly TransferView[]
  /** Files and folders of all own shares on the list, running or not: whose sources must stay. */
  sharedPaths(): readonly string[]
  snapshot(): AppView
  /** What `app.watch` tells, for a tray and notifications. @returns unsubscribe */
  onEvent(listener: (event: AppEvent) => void): () => void
  /** What a link that is being looked at offers has become known: the person may have turned away meanwhile. @returns unsubscribe */
  onOffer(listener: (offer: OfferView) => void): () => void
  /** Somebody opened a link or files outside: every UI is told, and one that comes later. */
  openLink(link: string): void
  openPaths(paths: readonly string[]): void
  /** Stops everything; what ran is taken up at the next start. Ends in bounded time. */
  close(): Promise<void>
}

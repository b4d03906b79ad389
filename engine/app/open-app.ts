/** Puts the program together: engine, settings, the list of transfers and the contract's implementation. */

import { homedir } from 'node:os'
import type { Implementation } from '#shared/api/contract.ts'
import type { SettingsView } from '#shared/api/settings-views.ts'
import type { UpdateView } from '#shared/api/update-view.ts'
import type { AppEvent, AppView, OfferView, TransferView } from '#shared/api/views.ts'
import { toAppError } from '#shared/errors.ts'
import { parseLink } from '#shared/share/link.ts'
import type { Engine, EngineOptions } from '../engine.ts'
import { openEngine } from '../open-engine.ts'
import type { App, AppOptions } from './app.ts'
import { createImplementation } from './implementation.ts'
import { News } from './news.ts'
import { OfferDesk } from './offers.ts'
import { Outside } from './outside.ts'
import { OwnCoordinators } from './own-coordinators.ts'
import { SettingsEffects } from './settings-effects.ts'
import { SettingsStore } from './settings-store.ts'
import { TransferRegistry } from './transfer-registry.ts'
import { waitAtMost, whenAborted } from './waiting.ts'

/** What the engine and the own coordinator may take to end; whatever has arrived is on the disk already. Milliseconds. */
const CLOSE_LIMIT_MS = 5000

/**
 * Throws AppError `app.running` when another program has this data folder open, and `library.*`.
 * @param open tests hand in an engine without disk and network
 */
export async function openApp(
  options: AppOptions,
  open: (options: EngineOptions) => Promise<Engine> = openEngine,
): Promise<App> {
  const log = options.log ?? (() => undefined)
  await using started = new AsyncDisposableStack()
  // Let go of last: a program that starts meanwhile must not meet half a library.
  const claimed = started.use(new DisposableStack())
  const engine = await open({
    dataDir: options.dataDir,
    deviceName: options.defaults.deviceName,
    network: { iceServers: [], routePolicy: 'automatic' },
    log,
  })
  started.defer(() => waitAtMost(CLOSE_LIMIT_MS, engine.close()))
  claimed.defer(engine.claim())
  const settings = await SettingsStore.open({
    rows: engine,
    secrets: options.shell.secrets,
    defaults: options.defaults,
    bindAddress: options.bindAddress,
    serverHealth: engine.serverHealth,
    log,
  })
  const coordinators = new OwnCoordinators({
    start: options.startCoordinator,
    dataDir: options.dataDir,
    listen: options.listen,
    iceServers: () => settings.network().iceServers,
    log,
  })
  started.defer(() => waitAtMost(CLOSE_LIMIT_MS, coordinators.close()))
  return new RunningApp({ options, log, engine, settings, coordinators }, started.move())
}

interface AppParts {
  readonly options: AppOptions
  readonly log: NonNullable<AppOptions['log']>
  readonly engine: Engine
  readonly settings: SettingsStore
  readonly coordinators: OwnCoordinators
}

class RunningApp implements App {
  readonly implementation: Implementation
  readonly #parts: AppParts
  readonly #registry: TransferRegistry
  readonly #news: News
  readonly #outside = new Outside()
  readonly #offerListeners = new Set<(offer: OfferView) => void>()
  readonly #resources: AsyncDisposableStack
  readonly #ending = new AbortController()
  #update: UpdateView = null
  #closed: Promise<void> | undefined

  constructor(parts: AppParts, resources: AsyncDisposableStack) {
    const { engine, settings, coordinators, log, options } = parts
    this.#parts = parts
    this.#resources = resources
    const registry = new TransferRegistry({
      engine,
      downloadsAtOnce: settings.transfers().downloadsAtOnce,
      prepare: (view) => prepare(view, coordinators),
      changed: (id) => this.#news.mark(id),
      log,
    })
    this.#registry = registry
    this.#news = new News(registry)
    const offers = new OfferDesk({
      engine,
      registry,
      described: (offer) => {
        for (const listener of this.#offerListeners) listener(offer)
      },
      log,
    })
    const effects = new SettingsEffects({ engine, settings, registry, offers, coordinators, log })
    resources.defer(() => effects.close())
    settings.onChange(() => this.#news.tell({ kind: 'settings', settings: settings.view() }))
    options.shell.updates?.onChange((update) => {
      this.#update = update
      this.#news.tell({ kind: 'update', update })
    })
    this.implementation = createImplementation({
      engine,
      settings,
      registry,
      coordinators,
      shell: options.shell,
      offers,
      places: { homeDir: homedir(), platform: options.platform },
      snapshot: () => this.snapshot(),
      watch: (listener, signal) => this.#watch(listener, signal),
    })
    // The window shall not wait for it. Each failure is in the list.
    registry.takeUp().catch((thrown: unknown) => log('transfers.not-taken-up', codeOf(thrown)))
  }

  settings(): SettingsView {
    return this.#parts.settings.view()
  }

  transfers(): readonly TransferView[] {
    return this.#registry.views()
  }

  sharedPaths(): readonly string[] {
    return this.#parts.engine.savedShares().flatMap((share) => share.paths)
  }

  snapshot(): AppView {
    const { version, platform, shell } = this.#parts.options
    return {
      version,
      platform: platform === 'linux' || platform === 'darwin' || platform === 'win32' ? platform : 'other',
      capabilities: shell.capabilities,
      settings: this.settings(),
      transfers: this.#registry.views(),
      update: this.#update,
    }
  }

  onEvent(listener: (event: AppEvent) => void): () => void {
    return this.#news.listen(listener)
  }

  onOffer(listener: (offer: OfferView) => void): () => void {
    this.#offerListeners.add(listener)
    return () => this.#offerListeners.delete(listener)
  }

  openLink(link: string): void {
    this.#outside.tell({ kind: 'link', link })
  }

  openPaths(paths: readonly string[]): void {
    this.#outside.tell({ kind: 'paths', paths: [...paths] })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #watch(listener: (event: AppEvent) => void, signal: AbortSignal): Promise<void> {
    using watching = new DisposableStack()
    watching.defer(this.#news.listen(listener))
    watching.defer(this.#outside.watch(listener))
    await whenAborted(AbortSignal.any([signal, this.#ending.signal]))
  }

  async #close(): Promise<void> {
    // First of all, while everything still runs: what ran is to run again.
    this.#registry.close()
    this.#ending.abort()
    this.#news.close()
    await this.#resources.disposeAsync()
  }
}

/** An own share that lives at the own coordinator needs it back at its old place. */
async function prepare(view: TransferView, coordinators: OwnCoordinators): Promise<void> {
  if (view.role === 'send') await coordinators.forOldShare(parseLink(view.link).coordinators)
}

function codeOf(thrown: unknown): { code: string } {
  return { code: toAppError(thrown).code }
}

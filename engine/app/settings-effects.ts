/** Makes a change of the settings felt at once: limits, name, network; the last restarts what runs. */

import { toAppError } from '#shared/errors.ts'
import type { Engine, EngineOptions, NetworkOptions } from '../engine.ts'
import { isEqualData } from './equal-data.ts'
import type { OfferDesk } from './offers.ts'
import type { OwnCoordinators } from './own-coordinators.ts'
import type { SettingsStore } from './settings-store.ts'
import type { TransferRegistry } from './transfer-registry.ts'

/** A person who sorts three servers makes three changes: what runs is restarted once, a moment after. Milliseconds. */
const RESTART_DELAY_MS = 500

export interface SettingsEffectsOptions {
  readonly engine: Pick<Engine, 'setLimits' | 'setSeedDefault' | 'setNetwork' | 'setDeviceName'>
  readonly settings: Pick<SettingsStore, 'view' | 'limits' | 'transfers' | 'network' | 'onChange'>
  readonly registry: Pick<TransferRegistry, 'restartAll' | 'setDownloadsAtOnce'>
  readonly coordinators: Pick<OwnCoordinators, 'endOutdated'>
  readonly offers: Pick<OfferDesk, 'renewAll'>
  readonly log: NonNullable<EngineOptions['log']>
}

export class SettingsEffects {
  readonly #options: SettingsEffectsOptions
  readonly #unsubscribe: () => void
  #limits: unknown
  #deviceName: string | undefined
  #network: NetworkOptions | undefined
  /** With which the transfers run. */
  #inForce: NetworkOptions
  #timer: NodeJS.Timeout | undefined
  #restarting: Promise<void> = Promise.resolve()

  /** Applies what the settings are, before anything runs. */
  constructor(options: SettingsEffectsOptions) {
    this.#options = options
    this.#inForce = options.settings.network()
    this.#apply()
    clearTimeout(this.#timer)
    this.#unsubscribe = options.settings.onChange(() => this.#apply())
  }

  close(): void {
    this.#unsubscribe()
    clearTimeout(this.#timer)
  }

  #apply(): void {
    const { engine, settings, registry } = this.#options
    const limits = settings.limits()
    if (!isEqualData(limits, this.#limits)) engine.setLimits(limits)
    this.#limits = limits
    const { downloadsAtOnce, seedRatio, seedTimeMs } = settings.transfers()
    engine.setSeedDefault({ ratio: seedRatio, timeMs: seedTimeMs })
    registry.setDownloadsAtOnce(downloadsAtOnce)
    const { deviceName } = settings.view().general
    if (deviceName !== this.#deviceName) engine.setDeviceName(deviceName)
    this.#deviceName = deviceName
    const network = settings.network()
    if (isEqualData(network, this.#network)) return
    this.#network = network
    engine.setNetwork(network)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#restarting = this.#restarting.then(() => this.#restart())
    }, RESTART_DELAY_MS)
  }

  /** Does not throw. Nothing to do if the person has changed it back meanwhile. */
  async #restart(): Promise<void> {
    const { coordinators, registry, offers, settings, log } = this.#options
    const network = settings.network()
    if (isEqualData(network, this.#inForce)) return
    this.#inForce = network
    try {
      offers.renewAll()
      await coordinators.endOutdated()
      await registry.restartAll()
    } catch (thrown) {
      log('network.not-restarted', { code: toAppError(thrown).code })
    }
  }
}

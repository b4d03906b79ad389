/** The settings: read from the library's rows, changed one at a time, written before anybody is told. */

import * as v from 'valibot'
import {
  SettingsChange,
  type IceServerDraft,
  type IceServerId,
  type LimitSettings,
  type SettingsView,
  type TransferSettings,
} from '#shared/api/settings-views.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { Engine, EngineOptions, NetworkOptions } from '../engine.ts'
import type { AppOptions, SecretStore } from './app.ts'
import { parseCoordinatorUrl } from './coordinator-url.ts'
import { IceServerList, type ServerAccess } from './ice-server-list.ts'
import {
  changeGroups,
  defaultGroups,
  GROUP_SCHEMAS,
  readGroup,
  type GroupName,
  type SettingsGroups,
} from './settings-groups.ts'

export interface SettingsStoreOptions {
  readonly rows: Pick<Engine, 'setting' | 'setSetting'>
  readonly secrets: SecretStore
  readonly defaults: AppOptions['defaults']
  readonly bindAddress: string | undefined
  /** Which servers failed lately: another one is used then, and the view says so. */
  readonly serverHealth?: Engine['serverHealth']
  readonly log: NonNullable<EngineOptions['log']>
}

/** Where no connections are made. */
const NOTHING_FAILS = { isFailing: (): boolean => false }

const GROUPS = ['general', 'network', 'limits', 'transfers'] as const

export class SettingsStore {
  readonly #options: SettingsStoreOptions
  readonly #servers: IceServerList
  readonly #listeners = new Set<() => void>()
  #groups: SettingsGroups
  #last: Promise<unknown> = Promise.resolve()

  private constructor(options: SettingsStoreOptions, groups: SettingsGroups, servers: IceServerList) {
    this.#options = options
    this.#groups = groups
    this.#servers = servers
    options.serverHealth?.onChange(() => this.#tell())
  }

  static async open(options: SettingsStoreOptions): Promise<SettingsStore> {
    const groups = readGroups(options)
    const text = options.rows.setting(rowOf('servers'))
    const servers = await IceServerList.open(text, options.secrets, (event, fields) => {
      if (event === 'settings.damaged') keepDamaged(options, 'servers')
      options.log(event, fields)
    })
    return new SettingsStore(options, groups, servers)
  }

  view(): SettingsView {
    const { general, network, limits, transfers } = this.#groups
    return {
      general,
      network: { ...network, servers: this.#servers.views(this.#options.serverHealth ?? NOTHING_FAILS) },
      limits,
      transfers,
    }
  }

  limits(): LimitSettings {
    return this.#groups.limits
  }

  transfers(): TransferSettings {
    return this.#groups.transfers
  }

  network(): NetworkOptions {
    const { routePolicy, portRange, portMapping, tlsLanes, proxy, maxLanes } = this.#groups.network
    const { bindAddress } = this.#options
    return {
      iceServers: this.#servers.iceServers(),
      routePolicy,
      portMapping,
      maxLanes,
      tlsLanes,
      ...(proxy === null ? {} : { proxy }),
      ...(bindAddress === undefined ? {} : { bindAddress }),
      ...(portRange === null ? {} : { portRange }),
    }
  }

  /** Where new shares are introduced; undefined: at this computer. */
  coordinator(): CoordinatorAddress | undefined {
    const { coordinator } = this.#groups.network
    return coordinator === null ? undefined : parseCoordinatorUrl(coordinator)
  }

  /** Once per change, after it was written. @returns unsubscribe */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Throws AppError `settings.bad-value`.
   * @param prepare what must have worked before the change is written, given what the settings will be
   */
  change(
    change: SettingsChange,
    prepare: (next: SettingsGroups) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    return this.#oneAtATime(async () => {
      const next = changeGroups(this.#groups, v.parse(SettingsChange, change))
      await prepare(next)
      for (const group of GROUPS) {
        if (change[group] === undefined) continue
        this.#options.rows.setSetting(rowOf(group), JSON.stringify(next[group]))
      }
      this.#groups = next
    })
  }

  /** Throws AppError `relay.*` or `settings.bad-value`. */
  addServer(draft: IceServerDraft): Promise<IceServerId> {
    return this.#changeServers(() => this.#servers.add(draft))
  }

  changeServer(id: IceServerId, draft: IceServerDraft, isEnabled: boolean): Promise<void> {
    return this.#changeServers(() => this.#servers.change(id, draft, isEnabled))
  }

  removeServer(id: IceServerId): Promise<void> {
    return this.#changeServers(() => this.#servers.remove(id))
  }

  moveServer(id: IceServerId, position: number): Promise<void> {
    return this.#changeServers(() => this.#servers.move(id, position))
  }

  serverAccess(id: IceServerId): ServerAccess {
    return this.#servers.access(id)
  }

  draftAccess(draft: IceServerDraft, savedAs: IceServerId | undefined): ServerAccess {
    return this.#servers.draftAccess(draft, savedAs)
  }

  #changeServers<Result>(change: () => Result | Promise<Result>): Promise<Result> {
    return this.#oneAtATime(async () => {
      const result = await change()
      this.#options.rows.setSetting(rowOf('servers'), this.#servers.text())
      return result
    })
  }

  #oneAtATime<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.#last
      .catch(() => undefined)
      .then(async () => {
        const result = await change()
        this.#tell()
        return result
      })
    this.#last = changed
    return changed
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

function readGroups(options: SettingsStoreOptions): SettingsGroups {
  const { rows } = options
  const defaults = defaultGroups(options.defaults)
  const note = (group: GroupName, damaged: readonly string[]): void => {
    if (damaged.length > 0) keepDamaged(options, group)
    for (const field of damaged) options.log('settings.damaged', { group, field })
  }
  const general = readGroup(GROUP_SCHEMAS.general, rows.setting(rowOf('general')), defaults.general)
  const network = readGroup(GROUP_SCHEMAS.network, rows.setting(rowOf('network')), defaults.network)
  const limits = readGroup(GROUP_SCHEMAS.limits, rows.setting(rowOf('limits')), defaults.limits)
  const transfers = readGroup(GROUP_SCHEMAS.transfers, rows.setting(rowOf('transfers')), defaults.transfers)
  note('general', general.damaged)
  note('network', network.damaged)
  note('limits', limits.damaged)
  note('transfers', transfers.damaged)
  const read = {
    general: general.value,
    network: network.value,
    limits: limits.value,
    transfers: transfers.value,
  }
  // Written by a newer version or by hand: an address that cannot be read must not keep the program from starting.
  for (const field of ['coordinator', 'proxy'] as const) {
    try {
      changeGroups({ ...read, network: { ...defaults.network, [field]: read.network[field] } }, {})
    } catch {
      note('network', [field])
      read.network = { ...read.network, [field]: null }
    }
  }
  return changeGroups(read, {})
}

function rowOf(group: GroupName | 'servers'): string {
  return `app.${group}`
}

/** The next change overwrites the row: what could not be read is kept beside it, for whoever looks into it. */
function keepDamaged({ rows }: SettingsStoreOptions, group: GroupName | 'servers'): void {
  const text = rows.setting(rowOf(group))
  if (text !== undefined) rows.setSetting(`${rowOf(group)}.damaged`, text)
}

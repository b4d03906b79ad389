/** The groups of settings: what holds until the person says otherwise, how rows are read, what a change may be. Pure. */

import path from 'node:path'
import * as v from 'valibot'
import {
  GeneralSettings,
  LimitSettings,
  NetworkSettings,
  TransferSettings,
  type SettingsChange,
} from '#shared/api/settings-views.ts'
import { AppError } from '#shared/errors.ts'
import { MAX_LANES_PER_PEER } from '#shared/swarm/lane-limits.ts'
import { parseProxy, printProxy } from '../connect/proxy/proxy-choice.ts'
import { parseCoordinatorUrl, printCoordinatorUrl } from './coordinator-url.ts'

export interface SettingsGroups {
  readonly general: GeneralSettings
  readonly network: NetworkSettings
  readonly limits: LimitSettings
  readonly transfers: TransferSettings
}

export const GROUP_SCHEMAS = {
  general: GeneralSettings,
  network: NetworkSettings,
  limits: LimitSettings,
  transfers: TransferSettings,
} as const
export type GroupName = keyof typeof GROUP_SCHEMAS

/** Connections per transfer: enough for a swarm of friends, few enough for a small router's table of mappings. */
const DEFAULT_CONNECTIONS = 12

/** Transfers received at a time: enough to fill a line though a sender is slow, few enough that each gets done. */
const DEFAULT_DOWNLOADS = 5

/** What the schema allows. */
const MAX_NAME_LENGTH = 100

export function defaultGroups(defaults: {
  readonly deviceName: string
  readonly downloadFolder: string
}): SettingsGroups {
  return {
    general: {
      downloadFolder: defaults.downloadFolder,
      deviceName: cleanName(defaults.deviceName),
      language: 'system',
      theme: 'system',
      startAtLogin: false,
      notifications: true,
      keepRunning: true,
      checkUpdates: false,
    },
    network: {
      coordinator: null,
      routePolicy: 'automatic',
      portRange: null,
      portMapping: true,
      tlsLanes: true,
      proxy: null,
      maxLanes: MAX_LANES_PER_PEER,
    },
    limits: {
      upBytesPerSecond: null,
      downBytesPerSecond: null,
      upBytesPerSecondPerTransfer: null,
      downBytesPerSecondPerTransfer: null,
      connections: DEFAULT_CONNECTIONS,
    },
    // Whoever passes on keeps the swarm alive, so it goes on until the person says otherwise.
    transfers: { downloadsAtOnce: DEFAULT_DOWNLOADS, seedRatio: null, seedTimeMs: null },
  }
}

/** A field that cannot be read takes its default, and the others stay. @returns the names of such fields, too */
export function readGroup<Entries extends v.ObjectEntries>(
  schema: v.ObjectSchema<Entries, undefined>,
  text: string | undefined,
  defaults: v.InferInput<v.ObjectSchema<Entries, undefined>>,
): { readonly value: v.InferOutput<v.ObjectSchema<Entries, undefined>>; readonly damaged: string[] } {
  if (text === undefined) return { value: v.parse(schema, defaults), damaged: [] }
  const stored = v.safeParse(v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())), text)
  if (!stored.success) return { value: v.parse(schema, defaults), damaged: ['*'] }
  const merged: Record<string, unknown> = { ...defaults }
  const damaged: string[] = []
  for (const [name, field] of Object.entries(schema.entries)) {
    if (!Object.hasOwn(stored.output, name)) continue
    const parsed = v.safeParse(field, stored.output[name])
    if (parsed.success) merged[name] = parsed.output
    else damaged.push(name)
  }
  return { value: v.parse(schema, merged), damaged }
}

/** What the settings are after a change. Throws AppError `settings.bad-value`, the field as the detail's beginning. */
export function changeGroups(groups: SettingsGroups, change: SettingsChange): SettingsGroups {
  const general = merge(GeneralSettings, groups.general, change.general)
  const network = merge(NetworkSettings, groups.network, change.network)
  const limits = merge(LimitSettings, groups.limits, change.limits)
  const transfers = merge(TransferSettings, groups.transfers, change.transfers)
  if (change.general?.downloadFolder !== undefined) checkFolder(general.downloadFolder)
  return {
    general: { ...general, deviceName: cleanName(general.deviceName) },
    network: {
      ...network,
      coordinator: checkCoordinator(network.coordinator),
      proxy: checkProxy(network.proxy),
    },
    limits,
    transfers,
  }
}

function merge<Entries extends v.ObjectEntries>(
  schema: v.ObjectSchema<Entries, undefined>,
  group: v.InferOutput<v.ObjectSchema<Entries, undefined>>,
  change: object | undefined,
): v.InferOutput<v.ObjectSchema<Entries, undefined>> {
  const given = Object.entries(change ?? {}).filter(([, value]) => value !== undefined)
  return v.parse(schema, { ...group, ...Object.fromEntries(given) })
}

/** Others show it: no line breaks, no directions of writing that change how the rest of their line reads. */
function cleanName(name: string): string {
  return name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim()
    .slice(0, MAX_NAME_LENGTH)
    .toWellFormed()
}

function checkFolder(folder: string): void {
  if (!path.isAbsolute(folder) || folder.includes('\0'))
    throw badValue('general.downloadFolder', 'not absolute')
}

function checkCoordinator(text: string | null): string | null {
  if (text === null || text.trim() === '') return null
  try {
    return printCoordinatorUrl(parseCoordinatorUrl(text))
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    throw badValue('network.coordinator', thrown.detail ?? 'the address cannot be read')
  }
}

/** Throws with what is wrong, but never repeats the address, in which a person may have put a password. */
function checkProxy(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : printProxy(parseProxy(text))
}

function badValue(field: string, reason: string): AppError {
  return new AppError('settings.bad-value', { detail: `${field}: ${reason}` })
}

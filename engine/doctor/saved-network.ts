/** The network settings that the window of this user has saved, for a program that opens no window. Only reads. */

import { existsSync } from 'node:fs'
import path from 'node:path'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { SecretStore } from '../app/app.ts'
import { openSecretsFile } from '../app/file-secrets.ts'
import { SettingsStore } from '../app/settings-store.ts'
import type { NetworkOptions } from '../engine.ts'
import { Library } from '../library/library.ts'

export interface SavedNetwork {
  /** Undefined: this computer introduces the devices itself. */
  readonly coordinator: CoordinatorAddress | undefined
  readonly network: NetworkOptions
  /** Relays whose password lies in a key store that only the window opens: their addresses. */
  readonly locked: readonly string[]
}

/** Undefined when nothing was ever saved there. Throws AppError `library.*`. */
export async function readSavedNetwork(dataDir: string): Promise<SavedNetwork | undefined> {
  // Opening it would make one.
  if (!existsSync(path.join(dataDir, 'library.db'))) return undefined
  const library = new Library(dataDir)
  try {
    const settings = await SettingsStore.open({
      rows: { setting: (name) => library.setting(name), setSetting: () => undefined },
      secrets: readOnly(openSecretsFile(dataDir)),
      defaults: { deviceName: '', downloadFolder: dataDir },
      bindAddress: undefined,
      serverHealth: { isFailing: () => false, onChange: () => () => undefined },
      log: () => undefined,
    })
    return { coordinator: settings.coordinator(), network: settings.network(), locked: lockedOf(settings) }
  } finally {
    library.close()
  }
}

function lockedOf(settings: SettingsStore): string[] {
  return settings
    .view()
    .network.servers.filter(({ id, isEnabled }) => {
      if (!isEnabled) return false
      try {
        settings.serverAccess(id)
        return false
      } catch {
        return true
      }
    })
    .map(({ url }) => url)
}

function readOnly(secrets: SecretStore): SecretStore {
  const refuse = (): never => {
    throw new Error('only reading here')
  }
  return {
    unseal: (sealed) => secrets.unseal(sealed),
    seal: async () => refuse(),
    forget: async () => refuse(),
  }
}

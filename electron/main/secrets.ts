/** Passwords kept by the system's key store where there is one, and in a file of this user where there is none. Pure. */

import type { SafeStorage } from 'electron'
import type { SecretStore } from '#engine/app/app.ts'
import { AppError } from '#shared/errors.ts'

/** What stands in the settings begins with it, so that it is never taken for a text of the file's. */
const PREFIX = 'system:'

export type KeyStore = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

export interface Secrets {
  readonly store: SecretStore
  /** As `Capabilities.secrets`. */
  readonly kind: 'system' | 'file'
}

/** @param file for what the key store cannot take, and for what was put there by `beeline serve` */
export async function openSecrets(
  keyStore: KeyStore,
  file: SecretStore,
  platform: NodeJS.Platform,
  log?: (event: string, fields: Record<string, string>) => void,
): Promise<Secrets> {
  const isSafe = await hasKeys(keyStore, platform)
  if (!isSafe) log?.('secrets.in-file', {})
  const store: SecretStore = {
    async seal(secret) {
      if (!isSafe) return file.seal(secret)
      return PREFIX + (await keyStore.encryptStringAsync(secret)).toString('base64')
    },
    async unseal(sealed) {
      if (!sealed.startsWith(PREFIX)) return file.unseal(sealed)
      try {
        return (await keyStore.decryptStringAsync(Buffer.from(sealed.slice(PREFIX.length), 'base64'))).result
      } catch (cause) {
        // Another user, another computer, or the key ring was emptied.
        throw new AppError('settings.bad-value', {
          detail: 'the system does not give the password back',
          cause,
        })
      }
    },
    async forget(sealed) {
      if (!sealed.startsWith(PREFIX)) await file.forget(sealed)
    },
  }
  return { store, kind: isSafe ? 'system' : 'file' }
}

async function hasKeys(keyStore: KeyStore, platform: NodeJS.Platform): Promise<boolean> {
  if (!(await keyStore.isAsyncEncryptionAvailable())) return false
  // With `basic_text` Chromium encrypts with a password that everybody knows: our file is at least closed to others.
  return platform !== 'linux' || !['basic_text', 'unknown'].includes(keyStore.getSelectedStorageBackend())
}

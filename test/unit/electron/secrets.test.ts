import { describe, expect, test } from 'vitest'
import { openSecrets, type KeyStore } from '#electron/main/secrets.ts'
import type { SecretStore } from '#engine/app/app.ts'
import { AppError } from '#shared/errors.ts'

type Backend = ReturnType<KeyStore['getSelectedStorageBackend']>

function keyStore(isAvailable: boolean, backend: Backend): KeyStore {
  return {
    isAsyncEncryptionAvailable: async () => isAvailable,
    getSelectedStorageBackend: () => backend,
    encryptStringAsync: async (text) => Buffer.from(`locked ${text}`),
    decryptStringAsync: async (bytes) => {
      if (!bytes.toString().startsWith('locked ')) throw new Error('wrong key')
      return { result: bytes.toString().slice('locked '.length), shouldReEncrypt: false }
    },
  }
}

class MemoryFile implements SecretStore {
  readonly kept = new Map<string, string>()

  async seal(secret: string): Promise<string> {
    const sealed = `file:${this.kept.size}`
    this.kept.set(sealed, secret)
    return sealed
  }
  async unseal(sealed: string): Promise<string> {
    const secret = this.kept.get(sealed)
    if (secret === undefined) throw new AppError('settings.bad-value')
    return secret
  }
  async forget(sealed: string): Promise<void> {
    this.kept.delete(sealed)
  }
}

describe('passwords', () => {
  test.each([
    ['no key store', false, 'gnome_libsecret', 'linux'],
    ['a key store whose password everybody knows', true, 'basic_text', 'linux'],
    ['a key store that is not known', true, 'unknown', 'linux'],
    ['no keychain', false, 'unknown', 'darwin'],
  ] as const)(
    'with %s they go into the file, and the log says so',
    async (_what, isAvailable, backend, platform) => {
      const events: string[] = []
      const file = new MemoryFile()
      const { store, kind } = await openSecrets(keyStore(isAvailable, backend), file, platform, (event) =>
        events.push(event),
      )
      const sealed = await store.seal('hunter2')
      expect([kind, sealed, await store.unseal(sealed), events]).toEqual([
        'file',
        'file:0',
        'hunter2',
        ['secrets.in-file'],
      ])
    },
  )

  test.each(['linux', 'darwin', 'win32'] as const)(
    'with a key store on %s the file never sees them',
    async (platform) => {
      const file = new MemoryFile()
      const backend = platform === 'linux' ? 'kwallet6' : 'unknown'
      const { store, kind } = await openSecrets(keyStore(true, backend), file, platform)
      const sealed = await store.seal('hunter2')
      expect([kind, sealed.startsWith('system:'), sealed.includes('hunter2')]).toEqual([
        'system',
        true,
        false,
      ])
      expect(await store.unseal(sealed)).toBe('hunter2')
      await store.forget(sealed)
      expect(file.kept.size).toBe(0)
    },
  )

  test('what “beeline serve” put into the file is found and forgotten there', async () => {
    const file = new MemoryFile()
    const sealed = await file.seal('hunter2')
    const { store } = await openSecrets(keyStore(true, 'kwallet'), file, 'linux')
    expect(await store.unseal(sealed)).toBe('hunter2')
    await store.forget(sealed)
    expect(file.kept.size).toBe(0)
  })

  test('what the key store does not open any more is a known error', async () => {
    const { store } = await openSecrets(keyStore(true, 'kwallet'), new MemoryFile(), 'linux')
    await expect(store.unseal('system:AAAA')).rejects.toMatchObject({ code: 'settings.bad-value' })
  })
})

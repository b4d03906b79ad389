/** The doctor of the command line looks at what the window has saved, and leaves it as it is. */

import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openSecretsFile } from '#engine/app/file-secrets.ts'
import { SettingsStore } from '#engine/app/settings-store.ts'
import { readSavedNetwork } from '#engine/doctor/saved-network.ts'
import { Library } from '#engine/library/library.ts'
import { tempFolder } from '../temp-folder.ts'

async function withSettings(
  folder: string,
  secrets: ReturnType<typeof openSecretsFile>,
  use: (settings: SettingsStore) => Promise<unknown>,
): Promise<void> {
  const library = new Library(folder)
  const settings = await SettingsStore.open({
    rows: library,
    secrets,
    defaults: { deviceName: 'anna', downloadFolder: '/tmp' },
    bindAddress: undefined,
    serverHealth: { isFailing: () => false, onChange: () => () => undefined },
    log: () => undefined,
  })
  await use(settings)
  library.close()
}

test('nothing saved is nothing, and stays it', async () => {
  const folder = tempFolder()
  expect(await readSavedNetwork(folder)).toBeUndefined()
  expect(existsSync(path.join(folder, 'library.db'))).toBe(false)
})

test('settings come with their passwords', async () => {
  const folder = tempFolder()
  await withSettings(folder, openSecretsFile(folder), async (settings) => {
    await settings.change({ network: { coordinator: 'https://beeline.example', routePolicy: 'direct' } })
    await settings.addServer({ url: 'turn:turn.example', username: 'anna', password: 'secret' })
  })
  const saved = await readSavedNetwork(folder)
  expect(saved?.coordinator).toEqual({ host: 'beeline.example', isTls: true })
  expect(saved?.network).toMatchObject({
    routePolicy: 'direct',
    iceServers: [{ urls: ['turn:turn.example:3478?transport=udp'], username: 'anna', credential: 'secret' }],
  })
  expect(saved?.locked).toEqual([])
})

test('a relay whose password only the window can open is named', async () => {
  const folder = tempFolder()
  const keyStore = {
    seal: () => Promise.resolve('system:1'),
    unseal: () => Promise.resolve('secret'),
    forget: () => Promise.resolve(),
  }
  await withSettings(folder, keyStore, async (settings) => {
    await settings.addServer({ url: 'turn:turn.example', username: 'anna', password: 'secret' })
    const off = await settings.addServer({ url: 'turn:off.example', username: 'anna', password: 'secret' })
    await settings.changeServer(off, { url: 'turn:off.example', username: 'anna' }, false)
  })
  const saved = await readSavedNetwork(folder)
  expect(saved?.network.iceServers).toEqual([])
  expect(saved?.locked).toEqual(['turn:turn.example:3478?transport=udp'])
})

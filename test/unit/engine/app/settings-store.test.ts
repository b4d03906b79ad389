import { ServerHealth } from '#engine/connect/server-health.ts'
import { nameOf, readServers } from '#engine/connect/server-roster.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SettingsStore } from '#engine/app/settings-store.ts'
import type { SecretStore } from '#engine/app/app.ts'
import * as v from 'valibot'
import { SettingsView, type IceServerDraft } from '#shared/api/settings-views.ts'
import { AppError } from '#shared/errors.ts'

class FakeSecrets implements SecretStore {
  readonly kept = new Map<string, string>()
  isLocked = false
  #last = 0

  seal(secret: string): Promise<string> {
    const sealed = `sealed-${++this.#last}`
    this.kept.set(sealed, secret)
    return Promise.resolve(sealed)
  }

  unseal(sealed: string): Promise<string> {
    const secret = this.isLocked ? undefined : this.kept.get(sealed)
    return secret === undefined ? Promise.reject(new AppError('settings.bad-value')) : Promise.resolve(secret)
  }

  forget(sealed: string): Promise<void> {
    this.kept.delete(sealed)
    return Promise.resolve()
  }
}

class World {
  readonly rows = new Map<string, string>()
  readonly secrets = new FakeSecrets()
  readonly logged: string[] = []
  readonly health = new ServerHealth()

  open(): Promise<SettingsStore> {
    return SettingsStore.open({
      rows: {
        setting: (name) => this.rows.get(name),
        setSetting: (name, value) => {
          this.rows.set(name, value)
        },
      },
      secrets: this.secrets,
      defaults: { deviceName: 'anna', downloadFolder: '/home/anna/Downloads' },
      bindAddress: undefined,
      serverHealth: this.health,
      log: (event, fields) =>
        this.logged.push(`${event} ${String(fields['group'])}.${String(fields['field'])}`),
    })
  }
}

const TURN: IceServerDraft = { url: 'turn:turn.example:3478', username: 'anna', password: 'hunter2' }

test('without a change everything has its default', async () => {
  const store = await new World().open()
  expect(store.view()).toEqual({
    general: {
      downloadFolder: '/home/anna/Downloads',
      deviceName: 'anna',
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
      maxLanes: 16,
      servers: [],
    },
    limits: {
      upBytesPerSecond: null,
      downBytesPerSecond: null,
      upBytesPerSecondPerTransfer: null,
      downBytesPerSecondPerTransfer: null,
      connections: 12,
    },
    transfers: { downloadsAtOnce: 5, seedRatio: null, seedTimeMs: null },
  })
  expect(store.network()).toEqual({
    iceServers: [],
    routePolicy: 'automatic',
    portMapping: true,
    tlsLanes: true,
    maxLanes: 16,
  })
  expect(store.coordinator()).toBeUndefined()
})

test('a cap of lanes takes effect, and none beyond what there can be', async () => {
  const store = await new World().open()
  await store.change({ network: { maxLanes: 2 } })
  expect(store.network().maxLanes).toBe(2)
  for (const maxLanes of [0, 17, 1.5, Number.NaN]) {
    await expect(store.change({ network: { maxLanes } })).rejects.toThrow('Invalid')
  }
  expect(store.network().maxLanes).toBe(2)
})

test('proxy, port mapping and TLS lanes take effect', async () => {
  const world = new World()
  const store = await world.open()
  await store.change({
    network: { proxy: ' HTTP://Proxy.Example:3128/', portMapping: false, tlsLanes: false },
  })
  expect(store.view().network.proxy).toBe('http://proxy.example:3128')
  expect(store.network()).toMatchObject({
    proxy: 'http://proxy.example:3128',
    portMapping: false,
    tlsLanes: false,
  })
  await store.change({ network: { proxy: ' ' } })
  expect(store.view().network.proxy).toBeNull()
  expect(store.network()).not.toHaveProperty('proxy')
})

test('a change is kept over a restart, told once, and leaves the rest alone', async () => {
  const world = new World()
  const store = await world.open()
  let told = 0
  store.onChange(() => told++)
  await store.change({
    general: { theme: 'dark', deviceName: 'Anna’s laptop' },
    network: { coordinator: 'Beeline.example.org', portRange: { from: 5000, to: 5010 } },
    limits: { upBytesPerSecond: 1000 },
  })
  expect(told).toBe(1)
  const again = await world.open()
  expect(again.view()).toEqual(store.view())
  expect(again.view().general).toMatchObject({
    theme: 'dark',
    deviceName: 'Anna’s laptop',
    notifications: true,
  })
  expect(again.coordinator()).toEqual({ host: 'beeline.example.org', isTls: true })
  expect(again.network().portRange).toEqual({ from: 5000, to: 5010 })
  expect(again.limits()).toMatchObject({ upBytesPerSecond: 1000, connections: 12 })
})

describe('what is refused changes nothing', () => {
  test.each([
    [{ network: { coordinator: 'ftp://x' } }, 'network.coordinator'],
    [{ network: { coordinator: 'https://a/b' } }, 'network.coordinator'],
    [{ network: { coordinator: 'https://user@a' } }, 'network.coordinator'],
    [{ network: { proxy: 'socks5://a:1080' } }, 'network.proxy'],
    [{ network: { proxy: 'http://anna:secret@a:3128' } }, 'network.proxy'],
    [{ general: { downloadFolder: 'Downloads', theme: 'dark' as const } }, 'general.downloadFolder'],
    [{ general: { downloadFolder: '/a\0b' } }, 'general.downloadFolder'],
  ])('%j', async (change, field) => {
    const world = new World()
    const store = await world.open()
    const before = store.view()
    await expect(store.change(change)).rejects.toMatchObject({
      code: 'settings.bad-value',
      detail: expect.stringMatching(new RegExp(`^${field}: `)) as string,
    })
    expect(store.view()).toEqual(before)
    expect(world.rows.size).toBe(0)
  })

  test('nor does a change that the system does not take part in', async () => {
    const world = new World()
    const store = await world.open()
    const refused = store.change({ general: { startAtLogin: true } }, () =>
      Promise.reject(new AppError('api.unavailable')),
    )
    await expect(refused).rejects.toThrow('api.unavailable')
    expect(store.view().general.startAtLogin).toBe(false)
  })
})

test('a name that would disturb other people’s screens is cleaned', async () => {
  const store = await new World().open()
  await store.change({ general: { deviceName: '  an\u202ena\n\u0007\ud800 ' } })
  expect(store.view().general.deviceName).toBe('anna\ufffd')
})

describe('damaged rows', () => {
  test('an address that cannot be read is left out, and the other one stays', async () => {
    const world = new World()
    world.rows.set('app.network', JSON.stringify({ coordinator: 'https://a.example', proxy: 'socks5://b' }))
    const store = await world.open()
    expect(store.view().network).toMatchObject({ coordinator: 'https://a.example', proxy: null })
    expect(world.logged).toEqual(['settings.damaged network.proxy'])
  })

  test('a field that cannot be read takes its default, the others stay, and nothing is lost silently', async () => {
    const world = new World()
    const text = JSON.stringify({ theme: 'purple', deviceName: 'bert', connections: 3 })
    world.rows.set('app.general', text)
    world.rows.set('app.limits', 'not json')
    const store = await world.open()
    expect(store.view().general).toMatchObject({ theme: 'system', deviceName: 'bert' })
    expect(world.logged).toEqual(['settings.damaged general.theme', 'settings.damaged limits.*'])
    await store.change({ general: { theme: 'light' } })
    expect(world.rows.get('app.general.damaged')).toBe(text)
  })

  test('a coordinator that cannot be read does not keep the program from starting', async () => {
    const world = new World()
    world.rows.set('app.network', JSON.stringify({ coordinator: 'no/where', routePolicy: 'relay' }))
    const store = await world.open()
    expect(store.view().network).toMatchObject({ coordinator: null, routePolicy: 'relay' })
    expect(world.logged).toEqual(['settings.damaged network.coordinator'])
  })

  test('whatever stands in the rows, the program opens with settings that are valid', async () => {
    const json = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .dictionary(
          fc.constantFrom(
            'theme',
            'deviceName',
            'coordinator',
            'portRange',
            'connections',
            'id',
            '__proto__',
          ),
          fc.jsonValue(),
        )
        .map((value) => JSON.stringify(value)),
      fc.array(fc.jsonValue()).map((value) => JSON.stringify(value)),
    )
    await fc.assert(
      fc.asyncProperty(json, json, json, json, async (general, network, limits, servers) => {
        const world = new World()
        world.rows.set('app.general', general)
        world.rows.set('app.network', network)
        world.rows.set('app.limits', limits)
        world.rows.set('app.servers', servers)
        const store = await world.open()
        expect(v.is(SettingsView, store.view())).toBe(true)
        store.network()
        store.coordinator()
      }),
    )
  })
})

describe('servers', () => {
  test('one is added, used, kept over a restart, and its password is in no row and no view', async () => {
    const world = new World()
    const store = await world.open()
    const id = await store.addServer(TURN)
    expect(store.view().network.servers).toEqual([
      {
        id,
        kind: 'turn',
        url: expect.stringContaining('turn.example:3478') as string,
        username: 'anna',
        hasPassword: true,
        isEnabled: true,
        use: 'used',
      },
    ])
    const again = await world.open()
    expect(again.network().iceServers).toMatchObject([{ username: 'anna', credential: 'hunter2' }])
    expect(again.view()).toEqual(store.view())
    expect(JSON.stringify([...world.rows, again.view()])).not.toContain('hunter2')
  })

  test('a password that is left out stays; a new one replaces the old one in the store as well', async () => {
    const world = new World()
    const store = await world.open()
    const id = await store.addServer(TURN)
    await store.changeServer(id, { url: 'turn:other.example:3478', username: 'bert' }, true)
    expect(store.serverAccess(id)).toMatchObject({ username: 'bert', password: 'hunter2' })
    await store.changeServer(id, { ...TURN, password: 'swordfish' }, true)
    expect([...world.secrets.kept.values()]).toEqual(['swordfish'])
    await store.removeServer(id)
    expect(world.secrets.kept.size).toBe(0)
    expect(store.view().network.servers).toEqual([])
    await expect(store.removeServer(id)).rejects.toMatchObject({ code: 'settings.bad-value' })
  })

  test('they stand in the order that was chosen, and what is beyond two relays is spare', async () => {
    const world = new World()
    const store = await world.open()
    const ids = []
    for (const host of ['a', 'b', 'c', 'd']) {
      ids.push(await store.addServer({ ...TURN, url: `turn:${host}.example:3478` }))
    }
    const [, , third, last] = ids
    if (third === undefined || last === undefined) throw new Error('four were added')
    await store.moveServer(last, 0)
    await store.changeServer(third, { ...TURN, url: 'turn:c.example:3478' }, false)
    await store.moveServer(third, 99)
    const again = await world.open()
    expect(again.view().network.servers.map(({ url, use }) => [url.slice(5, 6), use])).toEqual([
      ['d', 'used'],
      ['a', 'used'],
      ['b', 'spare'],
      ['c', 'off'],
    ])
    expect(again.network().iceServers).toHaveLength(3)
  })

  test('one that failed lately is spare, and the next one is used', async () => {
    const world = new World()
    const store = await world.open()
    const hosts = ['a', 'b', 'c']
    for (const host of hosts) await store.addServer({ ...TURN, url: `turn:${host}.example:3478` })
    const [first] = readServers(store.network().iceServers).relays
    let told = 0
    store.onChange(() => told++)
    if (first !== undefined) world.health.failed(nameOf(first))
    expect(told).toBe(1)
    expect(store.view().network.servers.map(({ use }) => use)).toEqual(['spare', 'used', 'used'])
  })

  test('one that cannot be read as an address is refused, and nothing is kept of it', async () => {
    const world = new World()
    const store = await world.open()
    await expect(store.addServer({ ...TURN, url: 'turn.example' })).rejects.toMatchObject({
      code: 'relay.bad-url',
    })
    expect(world.secrets.kept.size).toBe(0)
    expect(world.rows.size).toBe(0)
  })

  test('a locked key store loses nothing: the server rests until it is open again', async () => {
    const world = new World()
    const first = await world.open()
    const id = await first.addServer(TURN)
    world.secrets.isLocked = true
    const locked = await world.open()
    expect(locked.network().iceServers).toEqual([])
    expect(locked.view().network.servers).toMatchObject([{ hasPassword: true }])
    await locked.changeServer(id, { url: TURN.url, username: 'anna' }, false)
    world.secrets.isLocked = false
    const open = await world.open()
    expect(open.serverAccess(id).password).toBe('hunter2')
  })

  test('a draft is tested with the password of the saved server only when it has none', async () => {
    const store = await new World().open()
    const id = await store.addServer(TURN)
    const draft = { url: 'turn:new.example:3478', username: 'anna' }
    expect(store.draftAccess(draft, id).password).toBe('hunter2')
    expect(store.draftAccess({ ...draft, password: 'x' }, id).password).toBe('x')
  })
})

test('changes that come at once are done one after the other', async () => {
  const world = new World()
  const store = await world.open()
  await Promise.all([
    store.change({ general: { theme: 'dark' } }),
    store.addServer(TURN),
    store.change({ general: { language: 'ko' } }),
    store.addServer({ url: 'stun:stun.example', username: '' }),
  ])
  const again = await world.open()
  expect(again.view().general).toMatchObject({ theme: 'dark', language: 'ko' })
  expect(again.view().network.servers.map(({ kind }) => kind)).toEqual(['turn', 'stun'])
})

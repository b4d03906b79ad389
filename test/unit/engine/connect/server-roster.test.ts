/** Which of many servers a connection gets, and in what form the ICE library gets them. */

import { describe, expect, test } from 'vitest'
import { iceSettings, type IceCircumstances } from '#engine/connect/ice-settings.ts'
import { ServerHealth } from '#engine/connect/server-health.ts'
import {
  chooseServers,
  dueServers,
  nameOf,
  readServers,
  usesOf,
  type Relay,
} from '#engine/connect/server-roster.ts'

const NONE_FAILS = (): boolean => false
const MINUTE_MS = 60_000

const servers = [
  {
    urls: ['stun:one.example', 'stun:two.example:3479', 'turns:three.example'],
    username: 'v',
    credential: 'q',
  },
  { urls: ['nonsense', 'stuns:four.example', 'turn:four.example?transport=udp&x'] },
  { urls: ['turn:[2001:db8::1]:3479'], username: 'u', credential: 'p' },
  { urls: ['turn:five.example?transport=tcp'], username: 'u', credential: 'p' },
]
const circumstances: IceCircumstances = {
  policy: 'automatic',
  ways: 'any',
  isReserving: false,
  bindAddress: undefined,
  portRange: undefined,
  hasIPv4: true,
}
/** A port for each host. */
const BRIDGES = ['three.example', '2001:db8::1', 'five.example', 'three', 'five']
const bridgeTo = ({ host }: { host: string }) => BRIDGES.indexOf(host) + 1
const bridge = (host: string) => ({ hostname: '127.0.0.1', port: bridgeTo({ host }) })

/** `udp a`, `tcp b`, `tls c`, `stun d`: transport and host. */
function listOf(...texts: string[]): ReturnType<typeof readServers> {
  return readServers(
    texts.map((text) => {
      const [transport = '', host = ''] = text.split(' ')
      const urls = {
        stun: `stun:${host}`,
        udp: `turn:${host}`,
        tcp: `turn:${host}?transport=tcp`,
        tls: `turns:${host}`,
      }
      return {
        urls: [urls[transport as keyof typeof urls]],
        ...(transport === 'stun' ? {} : { username: 'u', credential: 'p' }),
      }
    }),
  )
}

/** Hosts of the relays that are chosen when those at these hosts fail. */
function chosen(list: ReturnType<typeof readServers>, ...failing: string[]): string[] {
  const names = list.relays.filter(({ host }) => failing.includes(host)).map(nameOf)
  return chooseServers(list, (name) => names.includes(name)).relays.map(({ host }) => host)
}

describe('a list of servers', () => {
  test('keeps all that can be used ever, and names the others', () => {
    const { stun, relays, unused } = readServers(servers)
    expect(stun.map(({ host }) => host)).toEqual(['one.example', 'two.example'])
    expect(relays.map(({ host }) => host)).toEqual(['three.example', '2001:db8::1', 'five.example'])
    expect(unused).toEqual(['nonsense', 'stuns:four.example', 'turn:four.example?transport=udp&x'])
  })

  test('has each server once, and another login is another server', () => {
    const one = {
      urls: ['turn:a.example', 'turn:a.example:3478?transport=udp'],
      username: 'u',
      credential: 'p',
    }
    const { relays } = readServers([one, one, { ...one, username: 'w' }])
    expect(relays.map(({ username }) => username)).toEqual(['u', 'w'])
  })
})

describe('the choice', () => {
  test.each([
    ['the person’s order', ['tls a', 'udp b'], [], ['a', 'b']],
    ['another kind of transport beside the first', ['udp a', 'udp b', 'tcp c'], [], ['a', 'c']],
    ['UDP beside TLS', ['tls a', 'tcp b', 'udp c'], [], ['a', 'c']],
    ['another host where all are of one kind', ['udp a', 'udp b', 'udp c'], [], ['a', 'b']],
    ['a spare in the place of one that fails', ['udp a', 'udp b', 'tcp c'], ['a'], ['b', 'c']],
    ['a spare of the same kind', ['udp a', 'tcp b', 'tls c'], ['b'], ['a', 'c']],
    ['none that fails before one that does not', ['udp a', 'udp b', 'tcp c'], ['c'], ['a', 'b']],
    ['failing ones rather than none', ['udp a', 'tcp b', 'udp c'], ['a', 'b', 'c'], ['a', 'b']],
    ['one that works and the best of the others', ['udp a', 'tcp b', 'udp c'], ['a', 'b'], ['c', 'a']],
    ['the only one', ['udp a'], ['a'], ['a']],
  ])('takes %s', (_what, list, failing, expected) => {
    expect(chosen(listOf(...list), ...failing)).toEqual(expected)
  })

  test('takes the first STUN server that works', () => {
    const list = listOf('stun a', 'stun b')
    const [first] = list.stun
    const name = first === undefined ? '' : nameOf(first)
    expect(chooseServers(list, NONE_FAILS).stun.map(({ host }) => host)).toEqual(['a'])
    expect(chooseServers(list, (one) => one === name).stun.map(({ host }) => host)).toEqual(['b'])
  })

  test('of a person’s list is told as it is made', () => {
    const rows = (failing: string): string[] => {
      const { stun, relays } = listOf('udp a', 'stun b', 'udp c', 'stun d', 'tcp e', 'udp f')
      const all: Relay[] = [...relays, ...stun.map((one) => ({ ...one, username: '', password: '' }))]
      const given = all.map((server) => ({ ...server, isEnabled: server.host !== 'f' }))
      const uses = usesOf(given, (name) => name.includes(`"${failing}"`))
      return given.map(({ host }, i) => `${host} ${uses[i]}`)
    }
    expect(rows('x')).toEqual(['a used', 'c spare', 'e used', 'f off', 'b used', 'd spare'])
    expect(rows('a')).toEqual(['a spare', 'c used', 'e used', 'f off', 'b used', 'd spare'])
    expect(rows('b')).toEqual(['a used', 'c spare', 'e used', 'f off', 'b spare', 'd used'])
  })
})

describe('health', () => {
  test('a failure counts once however often it is told, and the server gets another chance later and later', () => {
    let nowMs = 0
    const health = new ServerHealth(() => nowMs)
    expect([health.isFailing('a'), health.isDue('a')]).toEqual([false, true])
    for (let i = 0; i < 12; i++) health.failed('a')
    expect([health.isFailing('a'), health.isDue('a')]).toEqual([true, false])
    nowMs += MINUTE_MS
    expect([health.isFailing('a'), health.isDue('a')]).toEqual([true, true])
    health.failed('a')
    nowMs += MINUTE_MS
    expect(health.isDue('a')).toBe(false)
    nowMs += MINUTE_MS
    expect(health.isDue('a')).toBe(true)
    health.answered('a')
    expect([health.isFailing('a'), health.isDue('a')]).toEqual([false, false])
  })

  test('a change of it is told, and another network forgets it', () => {
    const health = new ServerHealth()
    let count = 0
    health.onChange(() => count++)
    health.answered('a')
    expect(count).toBe(0)
    health.failed('a')
    health.failed('a')
    expect(count).toBe(1)
    health.forgetAll()
    expect(count).toBe(2)
    expect(health.isFailing('a')).toBe(false)
  })

  test('what is asked is what would change the choice, one after the other until enough work', () => {
    let nowMs = 0
    const health = new ServerHealth(() => nowMs)
    const list = listOf('udp a', 'udp b', 'tcp c', 'udp d')
    const due = (): string[] => dueServers(list, health).map(({ host }) => host)
    const name = (host: string): string => nameOf(list.relays.find((relay) => relay.host === host)!)
    expect(due()).toEqual(['a', 'c'])
    health.failed(name('a'))
    health.answered(name('c'))
    expect(due()).toEqual(['b'])
    health.answered(name('b'))
    expect(due()).toEqual([])
    nowMs += MINUTE_MS
    // The person prefers it, so it is asked again.
    expect(due()).toEqual(['a'])
    health.answered(name('a'))
    expect(chosen(list)).toEqual(['a', 'c'])
  })

  test('nothing is asked where there is nothing to choose', () => {
    const health = new ServerHealth()
    expect(dueServers(listOf('stun a', 'udp b', 'tcp c'), health)).toEqual([])
  })
})

describe('for the library', () => {
  const settingsOf = (changes: Partial<IceCircumstances>, list = readServers(servers)) =>
    iceSettings(chooseServers(list, NONE_FAILS), { ...circumstances, ...changes }, bridgeTo)

  test('there is a bridge where it does not speak the server’s language', () => {
    expect(settingsOf({}, listOf('stun one', 'tls three', 'udp five')).iceServers).toEqual([
      'stun:one:3478',
      { ...bridge('three'), username: 'u', password: 'p', relayType: 'TurnUdp' },
      { hostname: 'five', port: 3478, username: 'u', password: 'p', relayType: 'TurnUdp' },
    ])
  })

  test.each([
    ['a relay with an IPv6 address', {}, '127.0.0.1'],
    ['any relay without IPv4, by the name that is known then', { hasIPv4: false }, '::1'],
    // It could not reach one.
    ['not for a socket bound to one address', { bindAddress: '192.0.2.7' }, '2001:db8::1'],
  ])('and for %s', (_what, changes, hostname) => {
    const { iceServers } = settingsOf(changes, readServers(servers.slice(2, 3)))
    expect(iceServers).toMatchObject([{ hostname }])
  })

  test('a relay by its name needs a bridge only where there is no IPv4', () => {
    const list = listOf('udp five')
    expect(settingsOf({}, list).iceServers).toMatchObject([{ hostname: 'five' }])
    expect(settingsOf({ hasIPv4: false }, list).iceServers).toMatchObject([
      { hostname: '::1', port: bridge('five').port },
    ])
  })

  test('servers are used as the policy says, and “relay only” speaks to nobody but its bridges', () => {
    const expected = { iceServers: ['stun:one.example:3478'], iceTransportPolicy: 'all' }
    expect(settingsOf({ policy: 'direct' })).toEqual(expected)
    expect(settingsOf({ ways: 'direct' })).toEqual(expected)
    const hidden = settingsOf({ policy: 'relay', bindAddress: '192.0.2.7' })
    expect(hidden).toMatchObject({ iceTransportPolicy: 'relay', bindAddress: '127.0.0.1' })
    expect(hidden.iceServers).toMatchObject([bridge('three.example'), bridge('2001:db8::1')])
    expect(settingsOf({ policy: 'relay', hasIPv4: false }).bindAddress).toBe('::1')
    expect(settingsOf({ policy: 'relay', ways: 'direct' }).iceServers).toEqual([])
  })

  test('sockets have the ports that a firewall lets through', () => {
    const config = settingsOf({ portRange: { from: 5000, to: 5010 } })
    expect(config).toMatchObject({ portRangeBegin: 5000, portRangeEnd: 5010 })
    expect(settingsOf({})).not.toHaveProperty('portRangeBegin')
  })
})

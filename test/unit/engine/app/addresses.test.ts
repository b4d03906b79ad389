import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { isLocalHost, reachableHosts, type Interfaces } from '#engine/app/addresses.ts'
import { dataDirOf } from '#engine/app/data-dir.ts'

function at(address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, netmask: '', mac: '', internal, cidr: null }
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' }
}

test('addresses stand in the order in which others will most likely reach them', () => {
  const interfaces: Interfaces = {
    lo: [at('127.0.0.1', true), at('::1', true)],
    docker0: [at('172.17.0.1')],
    'br-1a2b': [at('172.18.0.1')],
    tun0: [at('10.8.0.2')],
    eth1: [at('203.0.113.9'), at('2001:db8::9')],
    wlan0: [at('169.254.3.4'), at('fe80::1'), at('fd00::7')],
    eth0: [at('192.168.1.5')],
  }
  expect(reachableHosts(interfaces)).toEqual([
    '192.168.1.5',
    '203.0.113.9',
    '[fd00::7]',
    '[2001:db8::9]',
    '169.254.3.4',
    '172.17.0.1',
    '172.18.0.1',
    '10.8.0.2',
  ])
})

test('loopback is named only when there is nothing else', () => {
  expect(reachableHosts({ lo: [at('127.0.0.1', true)] })).toEqual(['127.0.0.1'])
})

test.each([
  ['192.168.1.5', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['[fd12::1]', true],
  ['127.0.0.1', true],
  ['printer.local', true],
  ['10.example.org', false],
  ['beeline.example.org', false],
  ['203.0.113.9', false],
])('whether %s is a host of the own network: %s', (host, isLocal) => expect(isLocalHost(host)).toBe(isLocal))

describe('the library', () => {
  const homeDir = '/home/anna'

  test.each([
    ['linux', {}, '/home/anna/.local/share/beeline'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/beeline'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/anna/.local/share/beeline'],
    ['linux', { BEELINE_HOME: '/b', XDG_DATA_HOME: '/data' }, '/b'],
    ['darwin', {}, '/home/anna/Library/Application Support/Beeline'],
    ['win32', { APPDATA: 'C:\\Users\\anna\\AppData\\Roaming' }, 'C:\\Users\\anna\\AppData\\Roaming\\Beeline'],
  ] as const)('on %s with %j is in %s', (platform, environment, folder) => {
    expect(dataDirOf({ environment, platform, homeDir })).toBe(folder)
  })
})

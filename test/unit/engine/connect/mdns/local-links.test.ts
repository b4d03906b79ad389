import { describe, expect, test } from 'vitest'
import { interfacesOf, isNeighbour, isWorthTrying, type Link } from '#engine/connect/mdns/local-links.ts'

const LINKS: readonly Link[] = [
  { family: 'ipv4', multicastInterface: '192.168.7.5', address: '192.168.7.5', prefixLength: 24 },
  { family: 'ipv4', multicastInterface: '198.51.100.9', address: '198.51.100.9', prefixLength: 28 },
  { family: 'ipv6', multicastInterface: '::%eth0', address: '2001:db8:1:2::5', prefixLength: 64 },
  { family: 'ipv6', multicastInterface: '::%eth0', address: 'fe80::5', prefixLength: 64 },
]

test('each interface is asked once', () => {
  expect(interfacesOf(LINKS, 'ipv4')).toEqual(['192.168.7.5', '198.51.100.9'])
  expect(interfacesOf(LINKS, 'ipv6')).toEqual(['::%eth0'])
})

test.each([
  ['192.168.7.200', true],
  ['192.168.8.200', false],
  ['198.51.100.1', true],
  ['198.51.100.17', false],
  ['169.254.3.3', true],
  ['fe80::1234%eth0', true],
  ['2001:db8:1:2::99', true],
  ['2001:db8:1:3::99', false],
  ['8.8.8.8', false],
])('%s is a neighbour: %s', (address, expected) => {
  expect(isNeighbour(address, LINKS)).toBe(expected)
})

describe('an address behind a name', () => {
  test.each([
    '192.168.7.20',
    '192.168.99.1',
    '10.2.3.4',
    '172.20.0.1',
    '198.51.100.2',
    'fd00::12',
    '2001:db8:1:2:3::1',
  ])('%s may be tried', (address) => {
    expect(isWorthTrying(address, LINKS)).toBe(true)
  })

  test.each([
    '127.0.0.1',
    '127.8.9.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.251',
    '203.0.113.5',
    '198.51.100.200',
    '8.8.8.8',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:192.168.7.20',
    'fe80::1',
    'ff02::fb',
    '2001:db8:9::1',
    'a name',
    '',
  ])('%s is not tried', (address) => {
    expect(isWorthTrying(address, LINKS)).toBe(false)
  })
})

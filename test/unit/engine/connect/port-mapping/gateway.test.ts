import { expect, test } from 'vitest'
import { readBsdRoute, readLinuxRoutes, readWindowsRoutes } from '#engine/connect/port-mapping/gateway.ts'
import { judgeOutside } from '#engine/connect/port-mapping/outside-address.ts'

const HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT'

test('Linux names the gateway of the default route with the smallest metric', () => {
  const table = [
    HEAD,
    'wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
  ].join('\n')
  expect(readLinuxRoutes(table)).toBe('192.168.1.1')
})

test.each([
  ['there is no route', HEAD],
  [
    'the route leads through no gateway',
    `${HEAD}\ntun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0`,
  ],
  ['the route is down', `${HEAD}\neth0\t00000000\t0101A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0`],
  ['it is half of the internet', `${HEAD}\ntun0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000080\t0\t0\t0`],
  ['it is something else', 'no table at all'],
])('Linux names none when %s', (_why, table) => {
  expect(readLinuxRoutes(table)).toBeUndefined()
})

test('macOS names the gateway of the default route', () => {
  const output =
    '   route to: default\ndestination: default\n       mask: default\n    gateway: 192.168.178.1\n  interface: en0\n'
  expect(readBsdRoute(output)).toBe('192.168.178.1')
  expect(readBsdRoute(output.replace('192.168.178.1', 'fe80::1%en0'))).toBeUndefined()
  expect(readBsdRoute('route: writing to routing socket: not in table')).toBeUndefined()
})

test('Windows names the gateway of the default route, in any language', () => {
  const output = `===========================================================================
IPv4-Routentabelle
===========================================================================
Aktive Routen:
     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik
          0.0.0.0          0.0.0.0      192.168.2.1     192.168.2.33     55
          0.0.0.0          0.0.0.0      192.168.1.1     192.168.1.20     25
        10.8.0.0    255.255.255.0   Auf Verbindung         10.8.0.2    281
===========================================================================
Ständige Routen:
  Keine
`
  expect(readWindowsRoutes(output.replaceAll('\n', '\r\n'))).toBe('192.168.1.1')
  expect(readWindowsRoutes('The route print failed')).toBeUndefined()
})

test.each([
  ['203.0.113.5', 'public'],
  ['8.8.8.8', 'public'],
  ['100.63.255.255', 'public'],
  ['100.64.0.1', 'second-router'],
  ['100.127.255.254', 'second-router'],
  ['10.0.0.1', 'second-router'],
  ['172.16.0.1', 'second-router'],
  ['192.168.1.1', 'second-router'],
  ['169.254.7.7', 'second-router'],
  ['0.0.0.0', 'nonsense'],
  ['224.0.0.251', 'nonsense'],
  ['255.255.255.255', 'nonsense'],
  ['2001:db8::1', 'nonsense'],
  ['', 'nonsense'],
])('the outside address %s is judged %s', (address, expected) => {
  expect(judgeOutside(address)).toBe(expected)
})

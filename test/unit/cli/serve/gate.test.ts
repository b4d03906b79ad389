/** Who may speak to the page's server: refusals first. */

import { describe, expect, test } from 'vitest'
import { Gate } from '#cli/serve/gate.ts'

const local = new Gate({ port: 8788, isOpenToNetwork: false, hostNames: ['box'], origins: [] })
const network = new Gate({ port: 8788, isOpenToNetwork: true, hostNames: ['Box', 'box.local'], origins: [] })
const behind = new Gate({
  port: 8788,
  isOpenToNetwork: false,
  hostNames: [],
  origins: ['https://files.example.org', 'http://localhost:9000'],
})

describe('a host that is not ours', () => {
  test.each([
    ['none', undefined],
    ['nothing', ''],
    ['another site, led here by its DNS', 'evil.example:8788'],
    ['a name that begins like ours', 'localhost.evil.example:8788'],
    ['a name that ends like ours', 'evil-localhost:8788'],
    ['an address within a name', '127.0.0.1.evil.example:8788'],
    ['another port', '127.0.0.1:8789'],
    ['no port', '127.0.0.1'],
    ['a port that only begins like ours', '127.0.0.1:87880'],
    ['a port of letters', '127.0.0.1:8788x'],
    ['a user before it', 'localhost@evil.example:8788'],
    ['two', 'localhost:8788, evil.example:8788'],
    ['a path behind it', 'localhost:8788/'],
    ['another address of this network', '192.168.1.5:8788'],
    ['the name of this computer, when only it may come', 'box:8788'],
    ['another loopback form', '0.0.0.0:8788'],
  ])('%s', (_what, host) => {
    expect(local.isOwnHost(host === undefined ? {} : { host })).toBe(false)
  })

  test.each(['evil.example:8788', 'box.evil.example:8788', '192.168.1.5:8789', '192.168.1.5'])(
    'open to the network: %s',
    (host) => expect(network.isOwnHost({ host })).toBe(false),
  )

  test.each(['files.example.org:8788', 'example.org', 'evil.example'])('behind a server: %s', (host) => {
    expect(behind.isOwnHost({ host })).toBe(false)
  })
})

describe('a host that is ours', () => {
  test.each(['127.0.0.1:8788', 'localhost:8788', 'LocalHost:8788', '[::1]:8788'])('%s', (host) => {
    expect(local.isOwnHost({ host })).toBe(true)
  })

  test.each(['192.168.1.5:8788', '[fd00::5]:8788', 'box:8788', 'BOX.local:8788', 'localhost:8788'])(
    'open to the network: %s',
    (host) => expect(network.isOwnHost({ host })).toBe(true),
  )

  test.each(['files.example.org', 'localhost:9000', '127.0.0.1:8788'])('behind a server: %s', (host) => {
    expect(behind.isOwnHost({ host })).toBe(true)
  })

  test('without a port where it is the usual one', () => {
    const usual = new Gate({ port: 80, isOpenToNetwork: false, hostNames: [], origins: [] })
    expect(usual.isOwnHost({ host: 'localhost' })).toBe(true)
  })
})

describe('an origin that is not ours', () => {
  const host = '127.0.0.1:8788'
  test.each([
    ['none', undefined],
    ['that of a file', 'null'],
    ['another site', 'http://evil.example'],
    ['another port', 'http://127.0.0.1:3000'],
    ['another name of this computer', 'http://localhost:8788'],
    ['another scheme', 'https://127.0.0.1:8788'],
    ['one that begins like ours', 'http://127.0.0.1:8788.evil.example'],
    ['two', 'http://127.0.0.1:8788, http://evil.example'],
  ])('%s', (_what, origin) => {
    expect(local.isOwnOrigin(origin === undefined ? { host } : { host, origin })).toBe(false)
  })

  test('behind a server, its plain form', () => {
    expect(behind.isOwnOrigin({ host: 'localhost:8788', origin: 'http://files.example.org' })).toBe(false)
  })
})

test('the page’s own origin is ours', () => {
  expect(local.isOwnOrigin({ host: '127.0.0.1:8788', origin: 'http://127.0.0.1:8788' })).toBe(true)
})

test('behind a server, its origin is ours whatever host it passes on, and means TLS', () => {
  const headers = { host: '127.0.0.1:8788', origin: 'https://files.example.org' }
  expect([behind.isOwnOrigin(headers), behind.isTls(headers), local.isTls({ origin: 'http://x' })]).toEqual([
    true,
    true,
    false,
  ])
})

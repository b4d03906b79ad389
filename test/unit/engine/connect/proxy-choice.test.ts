/** Which proxy a connection goes through, by setting and environment. */

import { describe, expect, test } from 'vitest'
import { chooseProxy, parseProxy, printProxy, type Environment } from '#engine/connect/proxy/proxy-choice.ts'

const PROXY = 'http://proxy.example:3128'

function chosen(
  environment: Environment,
  host = 'turn.example',
  {
    port = 443,
    isPlainHttp = false,
    configured,
  }: { port?: number; isPlainHttp?: boolean; configured?: string } = {},
): string | undefined {
  const proxy = chooseProxy(configured, { host, port, isPlainHttp }, environment)
  return proxy === undefined ? undefined : printProxy(proxy)
}

describe('the environment', () => {
  test.each<[string, Environment, string | undefined]>([
    ['nothing', {}, undefined],
    ['HTTPS_PROXY', { HTTPS_PROXY: PROXY }, PROXY],
    ['https_proxy before it', { HTTPS_PROXY: 'http://other:1', https_proxy: PROXY }, PROXY],
    ['ALL_PROXY', { ALL_PROXY: PROXY }, PROXY],
    ['HTTPS_PROXY before ALL_PROXY', { ALL_PROXY: 'http://other:1', HTTPS_PROXY: PROXY }, PROXY],
    ['not HTTP_PROXY', { HTTP_PROXY: PROXY }, undefined],
    ['a bare host and port', { HTTPS_PROXY: 'proxy.example:3128' }, PROXY],
    ['a proxy over TLS', { HTTPS_PROXY: 'https://proxy.example' }, 'https://proxy.example:443'],
    ['an IPv6 address', { HTTPS_PROXY: 'http://[2001:db8::1]:3128' }, 'http://[2001:db8::1]:3128'],
    // Of other programs' kinds.
    ['not SOCKS', { ALL_PROXY: 'socks5://proxy.example:1080' }, undefined],
    ['not nonsense', { HTTPS_PROXY: 'http://proxy.example:99999' }, undefined],
    ['an empty variable', { HTTPS_PROXY: ' ' }, undefined],
  ])('%s', (_what, environment, expected) => expect(chosen(environment)).toBe(expected))

  test('for plain HTTP another variable counts', () => {
    expect(chosen({ HTTP_PROXY: PROXY }, 'a.example', { isPlainHttp: true })).toBe(PROXY)
    expect(chosen({ HTTPS_PROXY: PROXY }, 'a.example', { isPlainHttp: true })).toBeUndefined()
  })

  test('its login is read, percent-encoded or not', () => {
    const proxy = chooseProxy(
      undefined,
      { host: 'turn.example', port: 443, isPlainHttp: false },
      { https_proxy: 'http://anna:p%40ss:w@proxy.example:3128' },
    )
    expect(proxy?.login).toEqual({ username: 'anna', password: 'p@ss:w' })
  })
})

describe('exceptions', () => {
  test.each([
    ['*', 'turn.example', true],
    ['turn.example', 'turn.example', true],
    ['TURN.example', 'turn.EXAMPLE', true],
    ['example', 'turn.example', true],
    ['.example', 'turn.example', true],
    ['*.example', 'turn.example', true],
    ['urn.example', 'turn.example', false],
    ['other.example, turn.example', 'turn.example', true],
    ['turn.example:443', 'turn.example', true],
    ['turn.example:444', 'turn.example', false],
    ['198.51.100.7', '198.51.100.7', true],
    ['198.51.100.0/24', '198.51.100.7', true],
    ['198.51.101.0/24', '198.51.100.7', false],
    ['198.51.100.0/99', '198.51.100.7', false],
    ['2001:db8::1', '2001:db8::1', true],
    ['[2001:db8::1]:443', '2001:db8::1', true],
    ['[2001:db8::1]:80', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8::1', true],
    ['', 'turn.example', false],
    [' , ', 'turn.example', false],
  ])('NO_PROXY=%s and %s', (list, host, isDirect) => {
    const expected = isDirect ? undefined : PROXY
    expect(chosen({ HTTPS_PROXY: PROXY, NO_PROXY: list }, host)).toBe(expected)
    expect(chosen({ no_proxy: list }, host, { configured: PROXY })).toBe(expected)
  })

  test.each(['localhost', '127.0.0.1', '::1', '192.168.1.5', '10.1.2.3', 'fd00::1'])(
    'what is on the own network, %s, is reached directly',
    (host) => {
      expect(chosen({ HTTPS_PROXY: PROXY }, host)).toBeUndefined()
      expect(chosen({}, host, { configured: PROXY })).toBeUndefined()
    },
  )
})

describe('the setting', () => {
  test('comes before the environment', () => {
    expect(chosen({ HTTPS_PROXY: 'http://other:1' }, 'turn.example', { configured: PROXY })).toBe(PROXY)
  })

  test.each([
    ['http://proxy.example', 'http://proxy.example:80'],
    [' HTTP://Proxy.Example:3128/ ', PROXY],
    ['https://proxy.example:8443', 'https://proxy.example:8443'],
  ])('%s', (text, printed) => expect(printProxy(parseProxy(text))).toBe(printed))

  test.each([
    'proxy.example:3128',
    'socks5://proxy.example:1080',
    'http://anna:secret@proxy.example:3128',
    'http://anna@proxy.example:3128',
    'http://proxy.example:3128/path',
    'http://proxy.example:3128?x',
    'http://',
    'nonsense',
    `http://${'a'.repeat(600)}`,
  ])('%s is refused, and the reason does not repeat it', (text) => {
    let error: unknown
    try {
      parseProxy(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'settings.bad-value' })
    expect(String(error)).not.toContain('secret')
  })
})

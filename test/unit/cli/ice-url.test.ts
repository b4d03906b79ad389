import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIceServers, parseRelayUrl, parseServer, parseStunUrl } from '#engine/connect/ice-url.ts'
import { AppError } from '#shared/errors.ts'

function refusal(read: () => unknown): AppError {
  try {
    read()
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('was accepted')
}

describe('a relay address is refused', () => {
  test.each([
    ['turns:u:p@h:5349?transport=udp', 'relay.unsupported'],
    ['turn:u:p@h:3478?transport=sctp', 'relay.unsupported'],
    ['turn:u:p@h:3478?transport=TLS', 'relay.unsupported'],
    ['turn:h:3478', 'relay.bad-url'],
    ['turn:u@h:3478', 'relay.bad-url'],
    ['turn::p@h:3478', 'relay.bad-url'],
    ['turn:u:@h:3478', 'relay.bad-url'],
    ['turn:u:p@', 'relay.bad-url'],
    ['turn:u:p@h:0', 'relay.bad-url'],
    ['turn:u:p@h:65536', 'relay.bad-url'],
    ['turn:u:p@h:3478/x', 'relay.bad-url'],
    ['turn:u:p@h:3478?', 'relay.bad-url'],
    ['turn:u:p@h?transport=udp&x=1', 'relay.bad-url'],
    ['turn:u:p@h?transport=udp?x', 'relay.bad-url'],
    ['turn://u:p@h:3478', 'relay.bad-url'],
    ['turn:u:p%zz@h', 'relay.bad-url'],
    ['turn:u:p%00@h', 'relay.bad-url'],
    ['turn:u:p@[::1', 'relay.bad-url'],
    ['turn:u:p@h ost', 'relay.bad-url'],
    ['stun:h:3478', 'relay.bad-url'],
    ['http://h', 'relay.bad-url'],
    ['', 'relay.bad-url'],
  ])('%s', (text, code) => expect(refusal(() => parseRelayUrl(text)).code).toBe(code))

  test('without its password in the message', () => {
    for (const text of [
      'turn:anna:geheim@h:0',
      'turns:anna:geheim@h?transport=udp',
      'turn:anna:geheim@h?x',
      'turn:anna:geheim',
    ]) {
      const error = refusal(() => parseRelayUrl(text))
      expect(`${error.message} ${error.stack}`).not.toContain('geheim')
    }
  })
})

describe('a relay address is read', () => {
  test.each([
    ['turn:anna:secret@turn.example.org:3478', 'turn:turn.example.org:3478?transport=udp', 'anna', 'secret'],
    ['TURN:a:b@h?transport=UDP', 'turn:h:3478?transport=udp', 'a', 'b'],
    ['turn:a:b@h:80', 'turn:h:80?transport=udp', 'a', 'b'],
    ['turn:a:b@[2001:db8::1]:3479', 'turn:[2001:db8::1]:3479?transport=udp', 'a', 'b'],
    ['turn:a:b@[2001:db8::1]', 'turn:[2001:db8::1]:3478?transport=udp', 'a', 'b'],
    ['turn:a:b@h?transport=tcp', 'turn:h:3478?transport=tcp', 'a', 'b'],
    ['turns:a:b@h', 'turns:h:5349?transport=tcp', 'a', 'b'],
    ['TURNS:a:b@H:443?transport=tcp', 'turns:h:443?transport=tcp', 'a', 'b'],
    ['turns:a:b@h:80', 'turns:h:80?transport=tcp', 'a', 'b'],
    ['turn:1712345:a%3Ab:c:d%40e@h', 'turn:h:3478?transport=udp', '1712345', 'a:b:c:d@e'],
  ])('%s', (text, url, username, credential) => {
    expect(parseRelayUrl(text)).toEqual({ urls: [url], username, credential })
  })

  test('with any user and password, once they are percent-encoded', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .filter((text) => !/\p{Cc}/u.test(text))
    fc.assert(
      fc.property(word, word, (user, password) => {
        const text = `turn:${encodeURIComponent(user)}:${encodeURIComponent(password)}@h`
        expect(parseRelayUrl(text)).toMatchObject({ username: user, credential: password })
      }),
    )
  })

  test('or refused with a known error, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['read', 'relay.bad-url', 'relay.unsupported']).toContain(outcome(`turn:${text}`))
      }),
    )
  })
})

function outcome(text: string): string {
  try {
    parseRelayUrl(text)
    return 'read'
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : 'unknown'
  }
}

describe('a STUN address', () => {
  test.each([
    ['stuns:h', 'relay.unsupported'],
    ['stun:u:p@h', 'relay.bad-url'],
    ['turn:u:p@h', 'relay.bad-url'],
    ['stun:', 'relay.bad-url'],
    ['h:3478', 'relay.bad-url'],
  ])('%s is refused', (text, code) => expect(refusal(() => parseStunUrl(text)).code).toBe(code))

  test('gets its usual port', () =>
    expect(parseStunUrl('stun:h.example')).toEqual({ urls: ['stun:h.example:3478'] }))
})

test('more servers than the library takes at a time stand by, and more than anybody needs are refused', () => {
  const relay = 'turn:u:p@a'
  expect(parseIceServers([relay, relay, relay], ['stun:a', 'stun:b'])).toHaveLength(5)
  const many = Array.from({ length: 16 }, () => relay)
  expect(refusal(() => parseIceServers(many, ['stun:a'])).code).toBe('relay.too-many')
})

/** Undefined: refused with a known error. */
function normalizedOrRefused(url: string): string | undefined {
  try {
    return parseServer({ url, username: 'anna', password: 'geheim' }).url
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined
    throw thrown
  }
}

describe('a server of the settings', () => {
  const login = { username: 'anna', password: 'geheim' }

  test.each([
    ['stun:h', 'stun', 'stun:h:3478'],
    ['STUN:h:80', 'stun', 'stun:h:80'],
    [' turn:h ', 'turn', 'turn:h:3478?transport=udp'],
    ['turn:H.Example:3479?transport=TCP', 'turn', 'turn:h.example:3479?transport=tcp'],
    ['turns:[2001:DB8::1]', 'turn', 'turns:[2001:db8::1]:5349?transport=tcp'],
    ['turn:192.0.2.1:443', 'turn', 'turn:192.0.2.1:443?transport=udp'],
  ])('%s is a %s server, written out as %s', (url, kind, normalized) => {
    const parsed = parseServer({ ...login, url })
    expect(parsed).toMatchObject({ kind, url: normalized })
    expect(parsed.iceServer).toEqual(
      kind === 'stun'
        ? { urls: [normalized] }
        : { urls: [normalized], username: 'anna', credential: 'geheim' },
    )
    expect(parseServer({ ...login, url: normalized })).toEqual(parsed)
  })

  test.each([
    ['turn:anna:geheim@h', 'relay.bad-url', /fields of their own/],
    ['stun:anna:geheim@h', 'relay.bad-url', /fields of their own/],
    ['stun:h?transport=udp', 'relay.bad-url', /ends with the port/],
    ['stuns:h', 'relay.unsupported', /stuns/],
    ['turns:h?transport=udp', 'relay.unsupported', /DTLS/],
    ['https://h', 'relay.bad-url', /there is no \/\//],
    ['h:3478', 'relay.bad-url', /begin/],
    ['turn:', 'relay.bad-url', /./],
    ['turn:h:99999', 'relay.bad-url', /./],
  ])('%s is refused, and the reason does not repeat the password', (url, code, detail) => {
    const error = refusal(() => parseServer({ ...login, url }))
    expect(error.code).toBe(code)
    expect(error.detail).toMatch(detail)
    expect(`${error.message} ${error.stack}`).not.toContain('geheim')
  })

  test.each([
    [{ username: '', password: 'geheim' }, 'the user is empty'],
    [{ username: 'anna', password: '' }, 'the password is empty'],
    [{ username: 'a\nb', password: 'geheim' }, 'the user is not usable'],
    [{ username: 'anna', password: 'x'.repeat(513) }, 'the password is not usable'],
  ])('a relay needs its login: %j', (credentials, detail) => {
    expect(refusal(() => parseServer({ ...credentials, url: 'turn:h' }))).toMatchObject({
      code: 'relay.bad-url',
      detail,
    })
    expect(parseServer({ ...credentials, url: 'stun:h' }).kind).toBe('stun')
  })

  test('is read or refused with a known error, whatever it is', () => {
    fc.assert(
      fc.property(fc.constantFrom('stun:', 'turn:', 'turns:', ''), fc.string(), (scheme, rest) => {
        const url = normalizedOrRefused(scheme + rest)
        expect(url === undefined ? undefined : parseServer({ ...login, url }).url).toBe(url)
      }),
    )
  })
})

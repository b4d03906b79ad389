/** Links: both forms come back; every damaged one is refused with its reason. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toBase64Url } from '#shared/encoding/base64url.ts'
import { MAX_OTHER_ADDRESSES, parseHost, parseLink, printLink, type Link } from '#shared/share/link.ts'
import { refusalOf } from '../refusal.ts'

const KEY = toBase64Url(Uint8Array.from({ length: 48 }, (_, i) => i * 5))
const GOOD = `https://example.com/get#${KEY}`

const label = fc
  .stringMatching(/^[a-z](?:[a-z0-9-]{0,10}[a-z0-9])?$/)
  .filter((text) => !text.startsWith('xn--'))
const dnsName = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
const ipv6 = fc
  .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
  .map((groups) => new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]/`).hostname)
const hostname = fc.oneof(dnsName, fc.ipV4(), ipv6, fc.constantFrom('[::1]', '[fe80::1]', 'localhost'))

function hostFor(isTls: boolean): fc.Arbitrary<string> {
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }).filter((value) => value !== (isTls ? 443 : 80)))
  return fc.tuple(hostname, port).map(([name, value]) => (value === null ? name : `${name}:${value}`))
}

const link: fc.Arbitrary<Link> = fc.boolean().chain((isTls) => {
  const address = hostFor(isTls).map((host) => ({ host, isTls }))
  return fc.record({
    publicKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    secret: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    coordinators: fc
      .tuple(address, fc.array(address, { maxLength: MAX_OTHER_ADDRESSES }))
      .map(([first, others]) => [first, ...others] as const),
  })
})

describe('what is printed is read', () => {
  test('in the form for a browser and in the form for the app', () => {
    fc.assert(
      fc.property(link, fc.constantFrom('web' as const, 'app' as const), (value, form) => {
        const text = printLink(value, form)
        expect(parseLink(text)).toEqual(value)
        expect(printLink(parseLink(text), form)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test('in exactly this form', () => {
    const parsed = parseLink(GOOD)
    const [publicKey, secret] = [parsed.publicKey, parsed.secret]
    const tls: Link = { publicKey, secret, coordinators: [{ host: 'example.com', isTls: true }] }
    const lan: Link = {
      publicKey,
      secret,
      coordinators: [
        { host: '192.168.1.2:8080', isTls: false },
        { host: '[fd00::1]:8080', isTls: false },
      ],
    }
    expect(printLink(tls)).toBe(GOOD)
    expect(printLink(tls, 'app')).toBe(`beeline://example.com/get#${KEY}`)
    expect(printLink(lan)).toBe(`http://192.168.1.2:8080/get#${KEY}&at=[fd00::1]:8080`)
    expect(printLink(lan, 'app')).toBe(`beeline://192.168.1.2:8080/lan#${KEY}&at=[fd00::1]:8080`)
  })

  test('even with four of the longest hosts', () => {
    const host = `${'a.'.repeat(126)}a:65535`
    const addresses = Array.from({ length: 4 }, () => ({ host, isTls: true }))
    const { publicKey, secret } = parseLink(GOOD)
    const [first, ...others] = addresses
    if (first === undefined) throw new Error('unreachable')
    const long: Link = { publicKey, secret, coordinators: [first, ...others] }
    expect(parseLink(printLink(long))).toEqual(long)
  })

  test('without the addresses that are too many', () => {
    const address = { host: 'example.com', isTls: true }
    const { publicKey, secret } = parseLink(GOOD)
    const many: Link = { publicKey, secret, coordinators: [address, address, address, address, address] }
    expect(parseLink(printLink(many)).coordinators).toHaveLength(1 + MAX_OTHER_ADDRESSES)
  })
})

test.each([
  ['spaces and line breaks around it', `  ${GOOD}\r\n`],
  ['a byte order mark in front', `\ufeff${GOOD}`],
  ['an upper-case scheme', GOOD.replace('https', 'HTTPS')],
  ['an upper-case host', GOOD.replace('example.com', 'EXAMPLE.Com')],
  ['its default port', GOOD.replace('example.com', 'example.com:443')],
])('a link with %s means the same', (_what, text) => {
  expect(printLink(parseLink(text))).toBe(GOOD)
})

test('an IPv6 address is read in any of its forms and kept in the shortest', () => {
  expect(parseHost('[0:0:0:0:0:0:0:1]:80', true)).toBe('[::1]:80')
  expect(parseHost('[FD00::00AB]', true)).toBe('[fd00::ab]')
  expect(parseHost('[::ffff:192.0.2.1]', true)).toBe('[::ffff:c000:201]')
})

const NOT_A_LINK = 'link.not-a-link'
const NO_KEY = 'link.no-key'
const BAD_KEY = 'link.bad-key'
const BAD_HOST = 'link.bad-coordinator'
const BEGIN = 'it does not begin with https:// or beeline://'
const PATH = 'its path is not /get'
const LETTERS = 'the host has letters that no host has'
const RANGE = 'the host or port is out of range'
const NOT_IN_FULL = 'the host is not written in full'
const NOT_BASE64 = 'it is not base64url'

/** GOOD with another host. */
const at = (host: string): string => `https://${host}/get#${KEY}`
/** GOOD with another fragment. */
const withKey = (fragment: string): string => `https://example.com/get#${fragment}`

describe('refused, with code and reason:', () => {
  test.each<[string, string, string, string | undefined]>([
    ['nothing', '', NOT_A_LINK, 'it is empty'],
    ['only spaces', ' \t\r\n\u00a0', NOT_A_LINK, 'it is empty'],
    ['a link of 2049 characters', GOOD.padEnd(2049, 'A'), NOT_A_LINK, 'it is too long'],
    ['a megabyte', 'A'.repeat(2 ** 20), NOT_A_LINK, 'it is too long'],
    ['a word', 'hello', NOT_A_LINK, BEGIN],
    ['only a key', KEY, NOT_A_LINK, BEGIN],
    ['no scheme', `example.com/get#${KEY}`, NOT_A_LINK, BEGIN],
    ['ftp', `ftp://example.com/get#${KEY}`, NOT_A_LINK, BEGIN],
    ['javascript', `javascript://example.com/get#${KEY}`, NOT_A_LINK, BEGIN],
    ['file', `file:///get#${KEY}`, NOT_A_LINK, BEGIN],
    ['wss', `wss://example.com/get#${KEY}`, NOT_A_LINK, BEGIN],
    ['a scheme with a long s', `http\u017f://example.com/get#${KEY}`, NOT_A_LINK, BEGIN],
    ['one slash', `https:/example.com/get#${KEY}`, NOT_A_LINK, BEGIN],
    ['backslashes', `https:\\\\example.com/get#${KEY}`, NOT_A_LINK, BEGIN],
    ['a quotation mark in front', `"${GOOD}`, NOT_A_LINK, BEGIN],
    ['two links in a row', `${GOOD} ${GOOD}`, BAD_KEY, NOT_BASE64],
    ['three slashes', `https:///example.com/get#${KEY}`, NOT_A_LINK, PATH],
    ['no path', `https://example.com#${KEY}`, NOT_A_LINK, PATH],
    ['an empty path', `https://example.com/#${KEY}`, NOT_A_LINK, PATH],
    ['another path', `https://example.com/got#${KEY}`, NOT_A_LINK, PATH],
    ['an upper-case path', `https://example.com/GET#${KEY}`, NOT_A_LINK, PATH],
    ['a path with a slash behind', `https://example.com/get/#${KEY}`, NOT_A_LINK, PATH],
    ['a path with a double slash', `https://example.com//get#${KEY}`, NOT_A_LINK, PATH],
    ['a deeper path', `https://example.com/a/get#${KEY}`, NOT_A_LINK, PATH],
    ['a climbing path', `https://example.com/x/../get#${KEY}`, NOT_A_LINK, PATH],
    ['a percent-encoded path', `https://example.com/%67et#${KEY}`, NOT_A_LINK, PATH],
    ['a line break in the path', `https://example.com/g\net#${KEY}`, NOT_A_LINK, PATH],
    ['the path of the app’s form on the web', `https://example.com/lan#${KEY}`, NOT_A_LINK, PATH],
    ['another path in the app’s form', `beeline://example.com/x#${KEY}`, NOT_A_LINK, PATH],
    ['a query', `https://example.com/get?a=b#${KEY}`, NOT_A_LINK, 'it has a query'],
    ['an empty query', `https://example.com/get?#${KEY}`, NOT_A_LINK, 'it has a query'],
    ['a query instead of a fragment', `https://example.com/get?${KEY}`, NOT_A_LINK, 'it has a query'],
    ['no host', at(''), BAD_HOST, 'the host is missing'],
    ['only a port', at(':8080'), BAD_HOST, LETTERS],
    ['a user', at('user@example.com'), BAD_HOST, LETTERS],
    ['a user and a password', at('user:pass@example.com'), BAD_HOST, LETTERS],
    ['a host that poses as a user', at('example.com@evil.example'), BAD_HOST, LETTERS],
    ['an empty user', at('@example.com'), BAD_HOST, LETTERS],
    ['a space in the host', at('exam ple.com'), BAD_HOST, LETTERS],
    ['a tab in the host, which browsers drop', at('exam\tple.com'), BAD_HOST, LETTERS],
    ['a line break in the host', at('exam\nple.com'), BAD_HOST, LETTERS],
    ['a NUL in the host', at('example.com\0'), BAD_HOST, LETTERS],
    ['an escape sequence in the host', at('\u001b[31mexample.com'), BAD_HOST, LETTERS],
    ['a percent-encoded host', at('ex%61mple.com'), BAD_HOST, LETTERS],
    ['a Unicode host', at('münchen.example'), BAD_HOST, LETTERS],
    ['a look-alike in the host', at('ex\u0430mple.com'), BAD_HOST, LETTERS],
    ['full-width letters', at('ｅxample.com'), BAD_HOST, LETTERS],
    ['an ideographic dot', at('example。com'), BAD_HOST, LETTERS],
    ['a soft hyphen', at('exam\u00adple.com'), BAD_HOST, LETTERS],
    ['a turn of the writing direction', at('\u202eexample.com'), BAD_HOST, LETTERS],
    ['a backslash in the host', at('example.com\\evil.example'), BAD_HOST, LETTERS],
    ['an underscore', at('my_host'), BAD_HOST, LETTERS],
    ['a dot at the end', at('example.com.'), BAD_HOST, LETTERS],
    ['a dot at the front', at('.example.com'), BAD_HOST, LETTERS],
    ['a hyphen at the front', at('-example.com'), BAD_HOST, LETTERS],
    ['a dot and a port', at('example.com.:80'), BAD_HOST, LETTERS],
    ['only dots', at('..'), BAD_HOST, LETTERS],
    ['an empty part', at('example..com'), BAD_HOST, 'the host has an empty part'],
    ['a host of 254 characters', at(`${'a.'.repeat(126)}ab`), BAD_HOST, 'the host is too long'],
    ['an empty port', at('example.com:'), BAD_HOST, LETTERS],
    ['a port of letters', at('example.com:abc'), BAD_HOST, LETTERS],
    ['a negative port', at('example.com:-1'), BAD_HOST, LETTERS],
    ['port 0', at('example.com:0'), BAD_HOST, 'port 0'],
    ['port 65536', at('example.com:65536'), BAD_HOST, RANGE],
    ['port 99999', at('example.com:99999'), BAD_HOST, RANGE],
    ['a port of six digits', at('example.com:443443'), BAD_HOST, LETTERS],
    ['a port with a zero in front', at('example.com:0443'), BAD_HOST, LETTERS],
    ['two ports', at('example.com:80:80'), BAD_HOST, LETTERS],
    ['127.0.0.1 as one number', at('2130706433'), BAD_HOST, NOT_IN_FULL],
    ['127.0.0.1 in hex', at('0x7f000001'), BAD_HOST, NOT_IN_FULL],
    ['127.0.0.1 in octal', at('0177.0.0.1'), BAD_HOST, NOT_IN_FULL],
    ['127.0.0.1 cut short', at('127.1'), BAD_HOST, NOT_IN_FULL],
    ['an IPv4 number beyond 255', at('1.2.3.256'), BAD_HOST, RANGE],
    ['IPv6 without brackets', at('::1'), BAD_HOST, LETTERS],
    ['IPv6 with a zone', at('[fe80::1%eth0]'), BAD_HOST, LETTERS],
    ['IPv6 with an open bracket', at('[::1'), BAD_HOST, LETTERS],
    ['IPv6 with too many groups', at('[1:2:3:4:5:6:7:8:9]'), BAD_HOST, RANGE],
    ['IPv6 with two gaps', at('[1::2::3]'), BAD_HOST, RANGE],
    ['empty brackets', at('[]'), BAD_HOST, LETTERS],
    ['no fragment', 'https://example.com/get', NO_KEY, undefined],
    ['an empty fragment', 'https://example.com/get#', NO_KEY, undefined],
    ['no fragment in the app’s form', 'beeline://example.com/get', NO_KEY, undefined],
    ['only an address in the fragment', withKey('&at=example.org'), BAD_KEY, 'it has 0 bytes instead of 48'],
    ['a letter too few', withKey(KEY.slice(0, -1)), BAD_KEY, NOT_BASE64],
    ['a key of 47 bytes', withKey(toBase64Url(new Uint8Array(47))), BAD_KEY, 'it has 47 bytes instead of 48'],
    ['half a key', withKey(KEY.slice(0, 32)), BAD_KEY, 'it has 24 bytes instead of 48'],
    ['a letter too many', withKey(`${KEY}A`), BAD_KEY, NOT_BASE64],
    ['a key of 49 bytes', withKey(`${KEY}AA`), BAD_KEY, 'it has 49 bytes instead of 48'],
    ['padding', withKey(`${KEY}==`), BAD_KEY, NOT_BASE64],
    ['a plus, as in standard base64', withKey(`+${KEY.slice(1)}`), BAD_KEY, NOT_BASE64],
    ['a slash, as in standard base64', withKey(`/${KEY.slice(1)}`), BAD_KEY, NOT_BASE64],
    ['a final dot, from the end of a sentence', withKey(`${KEY}.`), BAD_KEY, NOT_BASE64],
    ['a closing bracket', withKey(`${KEY})`), BAD_KEY, NOT_BASE64],
    ['a space in the key', withKey(`${KEY.slice(0, 9)} ${KEY.slice(9)}`), BAD_KEY, NOT_BASE64],
    ['a line break in the key', withKey(`${KEY.slice(0, 9)}\n${KEY.slice(9)}`), BAD_KEY, NOT_BASE64],
    ['a percent-encoded key', withKey(`%41${KEY.slice(1)}`), BAD_KEY, NOT_BASE64],
    [
      'a zero-width space in the key',
      withKey(`${KEY.slice(0, 9)}\u200b${KEY.slice(9)}`),
      BAD_KEY,
      NOT_BASE64,
    ],
    ['a second fragment', withKey(`${KEY}#x`), BAD_KEY, NOT_BASE64],
    ['an unknown parameter', withKey(`${KEY}&x=1`), BAD_KEY, 'an unknown part follows the key'],
    ['an upper-case parameter', withKey(`${KEY}&AT=example.org`), BAD_KEY, 'an unknown part follows the key'],
    ['an empty parameter', withKey(`${KEY}&`), BAD_KEY, 'an unknown part follows the key'],
    [
      'an escaped ampersand, as in HTML',
      withKey(`${KEY}&amp;at=h`),
      BAD_KEY,
      'an unknown part follows the key',
    ],
    ['an empty address', withKey(`${KEY}&at=`), BAD_HOST, 'the host is missing'],
    ['an address with a scheme', withKey(`${KEY}&at=https://example.org`), BAD_HOST, LETTERS],
    ['an address with a path', withKey(`${KEY}&at=example.org/x`), BAD_HOST, LETTERS],
    ['an address with a user', withKey(`${KEY}&at=u@example.org`), BAD_HOST, LETTERS],
    ['an address with port 0', withKey(`${KEY}&at=example.org:0`), BAD_HOST, 'port 0'],
    ['four more addresses', withKey(`${KEY}${'&at=example.org'.repeat(4)}`), BAD_HOST, 'too many addresses'],
  ])('%s', (_what, text, code, detail) => {
    expect(refusalOf(() => parseLink(text))).toEqual({ code, detail })
  })
})

test('no detail repeats what the link holds', () => {
  const secretPart = KEY.slice(40)
  for (const text of [withKey(`${KEY}!`), withKey(KEY.slice(0, -1)), `x${GOOD}`, `${GOOD}&x=${KEY}`]) {
    expect(refusalOf(() => parseLink(text))?.detail).not.toContain(secretPart)
  }
})

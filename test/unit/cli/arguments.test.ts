import { describe, expect, test } from 'vitest'
import { nearest, parseArguments } from '#cli/arguments.ts'
import { COMMANDS } from '#cli/commands.ts'
import { parseCoordinatorUrl, parseListen } from '#cli/common-options.ts'
import { AppError } from '#shared/errors.ts'

const SPECS = {
  to: { value: 'DIR', help: '' },
  relay: { value: 'URL', isRepeatable: true, help: '' },
  yes: { short: 'y', help: '' },
}

function refusal(read: () => unknown): string {
  try {
    read()
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'usage') return thrown.detail ?? ''
    throw thrown
  }
  throw new Error('was accepted')
}

describe('a command line is refused', () => {
  test.each([
    [['--relais', 'x'], /^unknown option --relais; did you mean --relay\?$/],
    [['--yess'], /^unknown option --yess; did you mean --yes\?$/],
    [['--quantum'], /^unknown option --quantum$/],
    [['-x'], /^unknown option -x$/],
    [['--to', 'a', '--to', 'b'], /^--to can be given only once$/],
    [['--to='], /^--to needs a value$/],
    [['--to'], /to <value>.*argument missing/],
    [['--to', '--yes'], /ambiguous/],
    [['--yes=1'], /does not take an argument/],
  ])('%j', (argv, detail) => {
    expect(refusal(() => parseArguments(SPECS, argv))).toMatch(detail)
  })
})

test('options, repeated options, switches and operands are told apart', () => {
  const args = parseArguments(SPECS, ['a', '--relay', '1', '--relay=2', '-y', '--to', 'd', '--', '--to'])
  expect([args.operands, args.list('relay'), args.has('yes'), args.text('to')]).toEqual([
    ['a', '--to'],
    ['1', '2'],
    true,
    'd',
  ])
})

test('asking for an option that was not declared is a bug', () => {
  expect(() => parseArguments(SPECS, []).has('nope')).toThrow('not declared')
})

test.each([
  ['sned', 'send'],
  ['coord', 'coordinator'],
  ['gte', 'get'],
  ['xyzzy', undefined],
])('“%s” most likely means %s', (word, meant) => {
  expect(
    nearest(
      word,
      COMMANDS.map(({ name }) => name),
    ),
  ).toBe(meant)
})

describe('--listen', () => {
  test.each([
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:8787', { host: '::1', port: 8787 }],
    [':9000', { host: '::', port: 9000 }],
    ['192.168.1.5', { host: '192.168.1.5', port: undefined }],
  ])('%s is read', (text, address) => expect(parseListen(text)).toEqual(address))

  test.each(['', 'a:b', '1.2.3.4:65536', '::1:80', '[::1', 'h:1:2'])('“%s” is refused', (text) => {
    expect(refusal(() => parseListen(text))).toContain('--listen')
  })
})

describe('--coordinator', () => {
  test.each([
    ['https://beeline.example.org', { host: 'beeline.example.org', isTls: true }],
    ['beeline.example.org/', { host: 'beeline.example.org', isTls: true }],
    ['http://192.168.1.5:8787', { host: '192.168.1.5:8787', isTls: false }],
    ['wss://h:443', { host: 'h', isTls: true }],
    ['http://[::1]:8787', { host: '[::1]:8787', isTls: false }],
  ])('%s is read', (text, address) => expect(parseCoordinatorUrl(text)).toEqual(address))

  test.each(['', 'ftp://h', 'https://h/path', 'https://u:p@h', 'https://h:0', 'https://h?x', 'h h'])(
    '“%s” is refused',
    (text) => expect(refusal(() => parseCoordinatorUrl(text))).toContain('--coordinator'),
  )
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth, padEnd, safeText, truncate, truncateMiddle, wrap } from '#cli/terminal-text.ts'

/** What a terminal or a reader could be fooled by. */
const HARMFUL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u
const anyText = fc.string({ unit: 'binary' })
const nastyText = fc
  .array(
    fc.oneof(
      anyText,
      fc.constantFrom(
        '\x1b[2J',
        '\x9b31m',
        '\x1b]0;title\x07',
        '\u202Egpj.exe',
        '\n',
        '\r',
        '\uD800',
        'a\u0300',
      ),
      fc.constantFrom('漢字', '👩‍👩‍👧‍👦', '🇩🇪', 'é', '\u{E0041}', 'ｗ', '한글', '❤️'),
    ),
  )
  .map((parts) => parts.join(''))

describe('safe text', () => {
  test.each([
    ['an escape sequence', 'a\x1b[31mb', 'a\uFFFD[31mb'],
    ['an eight-bit control', 'a\x9b31mb', 'a\uFFFD31mb'],
    ['a line feed', 'a\nb', 'a\uFFFDb'],
    ['a direction override', 'photo\u202Egpj.exe', 'photo\uFFFDgpj.exe'],
    ['a lone surrogate', 'a\uD800b', 'a\uFFFDb'],
    ['an invisible filler', 'a\u3164b', 'a\uFFFDb'],
    ['a tower of marks', `a${'\u0301'.repeat(40)}b`, '\uFFFDb'],
  ])('shows %s as a replacement sign', (_what, text, safe) => expect(safeText(text)).toBe(safe))

  test.each(['Straße', '漢字', 'مرحبا', 'می‌خواهم', '👩‍👩‍👧‍👦', '👨🏻‍👩🏿‍👧🏽‍👦🏼', '🇩🇪', 'Tiếng Việt', 'שָׁלוֹם'])(
    'leaves %s as it is',
    (text) => expect(safeText(text)).toBe(text),
  )

  test('never has anything that a terminal would obey, whatever came in', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        expect(safeText(text)).not.toMatch(HARMFUL)
      }),
    )
  })

  test('is not changed by being made safe again', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        expect(safeText(safeText(text))).toBe(safeText(text))
      }),
    )
  })
})

describe('width', () => {
  test.each([
    ['abc', 3],
    ['漢字', 4],
    ['한글', 4],
    ['ｗ', 2],
    ['é', 1],
    ['e\u0301', 1],
    ['👩‍👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['…', 1],
    ['█', 1],
    ['→', 1],
  ])('of %s is %d', (text, width) => expect(displayWidth(text)).toBe(width))

  test('a cut text is never wider than asked for, at either end', () => {
    fc.assert(
      fc.property(nastyText, fc.integer({ min: 0, max: 40 }), (text, width) => {
        expect(displayWidth(truncate(safeText(text), width))).toBeLessThanOrEqual(width)
        expect(displayWidth(truncateMiddle(safeText(text), width))).toBeLessThanOrEqual(width)
      }),
    )
  })

  test('a padded text is exactly as wide as asked for', () => {
    fc.assert(
      fc.property(nastyText, fc.integer({ min: 0, max: 40 }), (text, width) => {
        expect(displayWidth(padEnd(safeText(text), width))).toBe(width)
      }),
    )
  })
})

test('a path is cut in its middle, so that its end can be read', () => {
  expect(truncateMiddle('holiday/2026/summer/beach/IMG_1234.jpg', 20)).toBe('holiday/20…_1234.jpg')
})

test('wrapping loses no word', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,9}$/)),
      fc.integer({ min: 1, max: 30 }),
      (words, width) => {
        const text = words.join(' ')
        expect(wrap(text, width).join(' ')).toBe(text)
      },
    ),
  )
})

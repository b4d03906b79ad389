import { expect, test } from 'vitest'
import { korean } from '#renderer/text/korean.ts'
import { localeFor } from '#renderer/text/locale.ts'
import { english } from '#renderer/text/messages.ts'

type Tree = { readonly [key: string]: unknown }

function leaves(tree: Tree, path = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? leaves(value as Tree, `${path}${key}.`)
      : [[path + key, value]],
  )
}

/** The same in every language: names, protocols, addresses, the product. */
const SAME = /product|placeholder|Placeholder|route\.lan|^errors\.|\.lan$|url|Url/

test('every Korean text is Korean', () => {
  const forgotten = leaves(korean).filter(
    ([path, value]) =>
      typeof value === 'string' && value !== '' && !SAME.test(path) && !/[가-힣]/.test(value),
  )
  expect(forgotten).toEqual([])
})

test('no text is empty, in either language', () => {
  for (const texts of [english, korean]) {
    expect(leaves(texts).filter(([, value]) => value === '')).toEqual([])
  }
})

test.each([
  ['system' as const, ['ko-KR', 'en'], { language: 'ko', locale: 'ko-KR' }],
  ['system' as const, ['de-DE', 'en-GB'], { language: 'en', locale: 'en-GB' }],
  ['system' as const, [], { language: 'en', locale: 'en-US' }],
  ['ko' as const, ['en-GB'], { language: 'ko', locale: 'ko-KR' }],
  ['en' as const, ['ko-KR', 'en-AU'], { language: 'en', locale: 'en-AU' }],
])('a person who chose %s on a system with %j', (language, system, expected) => {
  expect(localeFor(language, system)).toEqual(expected)
})

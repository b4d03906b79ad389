/** What a field shows when the engine answers while a person types. */

import { expect, test } from 'vitest'
import { answered } from '#renderer/parts/use-draft.ts'

test('a field that nobody has touched follows the engine', () => {
  expect(answered({ saved: 'a', value: 'a', settled: 'a' }, 'b')).toEqual({
    saved: 'b',
    value: 'b',
    settled: 'b',
  })
})

test('what was told is replaced by what the engine made of it', () => {
  expect(answered({ saved: 'a', value: ' b ', settled: ' b ' }, 'b')).toEqual({
    saved: 'b',
    value: 'b',
    settled: 'b',
  })
})

test('what was typed after telling is not overwritten, and still is to be told', () => {
  const now = answered({ saved: 'a', value: 'bc', settled: 'b' }, 'b')
  expect(now.value).toBe('bc')
  expect(now.value).not.toBe(now.settled)
})

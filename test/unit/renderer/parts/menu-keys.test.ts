import { expect, test } from 'vitest'
import { itemAfterKey } from '#renderer/parts/menu-keys.ts'
import { tabAfterKey } from '#renderer/parts/tab-keys.ts'

const LABELS = ['Details', 'Pause', 'Copy link', 'Play', '삭제']

test.each([
  ['ArrowDown', -1, 0],
  ['ArrowDown', 0, 1],
  ['ArrowDown', 4, 0],
  ['ArrowUp', -1, 4],
  ['ArrowUp', 0, 4],
  ['ArrowUp', 3, 2],
  ['Home', 3, 0],
  ['End', 0, 4],
])('%s in a menu leads from %i to %i', (key, current, next) => {
  expect(itemAfterKey(key, current, LABELS)).toBe(next)
})

test.each([
  ['p', -1, 1],
  ['P', 1, 3],
  ['p', 3, 1],
  ['c', 2, 2],
  ['삭', 0, 4],
])('the letter %s leads from %i to the next that begins with it, %i', (key, current, next) => {
  expect(itemAfterKey(key, current, LABELS)).toBe(next)
})

test.each([' ', 'Enter', 'Escape', 'Shift', 'F1', 'x', ''])('%j is none of the menu’s keys', (key) => {
  expect(itemAfterKey(key, 0, LABELS)).toBeUndefined()
})

test('a menu with nothing to choose takes no key', () => {
  expect(itemAfterKey('ArrowDown', -1, [])).toBeUndefined()
})

test.each([
  ['ArrowRight', 0, 1],
  ['ArrowRight', 2, 0],
  ['ArrowLeft', 0, 2],
  ['ArrowLeft', 2, 1],
  ['Home', 2, 0],
  ['End', 0, 2],
  ['ArrowDown', 0, undefined],
  ['Tab', 0, undefined],
])('%s on tab %i of three leads to %s', (key, current, next) => {
  expect(tabAfterKey(key, current, 3)).toBe(next)
})

import { expect, test } from 'vitest'
import { zoomBy } from '#electron/main/zoom.ts'

const pressed = { type: 'keyDown', key: '+', control: true, meta: false, alt: false }

test.each([
  ['a key let go', { type: 'keyUp' }],
  ['a letter', { key: 'c' }],
  ['a plus that is typed', { control: false }],
  ['somebody’s own shortcut', { alt: true }],
  ['the key of another system', { meta: true }],
])('%s is for somebody else', (_what, change) => {
  expect(zoomBy({ ...pressed, ...change }, 'linux')).toBeUndefined()
})

test('on macOS the menu has it', () => {
  expect(zoomBy(pressed, 'darwin')).toBeUndefined()
})

test.each([
  ['+', 0.5],
  ['=', 0.5],
  ['-', -0.5],
  ['0', 0],
])('%s changes by %d', (key, change) => {
  expect(zoomBy({ ...pressed, key }, 'win32')).toBe(change)
})

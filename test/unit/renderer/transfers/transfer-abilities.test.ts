import { expect, test } from 'vitest'
import { hasParts, toggleLabel, toggleOf } from '#renderer/screens/transfers/transfer-abilities.ts'
import { english } from '#renderer/text/messages.ts'
import type { TransferView } from '#shared/api/views.ts'
import { transfer } from '#test/e2e/mock/fixtures.ts'

test.each<[Partial<TransferView>, string | undefined, string]>([
  [{ state: 'receiving' }, 'pause', 'Pause'],
  [{ state: 'looking' }, 'pause', 'Pause'],
  [{ state: 'paused' }, 'resume', 'Resume'],
  [{ state: 'failed' }, 'resume', 'Try again'],
  [{ role: 'send', state: 'failed' }, 'resume', 'Try again'],
  [{ role: 'send', state: 'seeding' }, 'pause', 'Stop sharing'],
  [{ role: 'send', state: 'stopped' }, 'resume', 'Share again'],
  [{ state: 'seeding', finishedAtMs: 1 }, 'pause', 'Stop passing on'],
  [{ state: 'finished', finishedAtMs: 1 }, 'resume', 'Pass on again'],
])('%j can %s and says “%s”', (more, wish, label) => {
  const view = transfer(1, 'x', more)
  expect(toggleOf(view)).toBe(wish)
  expect(toggleLabel(view, english)).toBe(label)
})

test('nothing can be toggled before the person has agreed', () => {
  expect(toggleOf(transfer(1, 'x', { state: 'offered' }))).toBeUndefined()
})

test('unfinished parts are only offered for deletion where there are some', () => {
  expect(hasParts(transfer(1, 'x', { doneBytes: 5 }))).toBe(true)
  expect(hasParts(transfer(1, 'x', { doneBytes: 0 }))).toBe(false)
  expect(hasParts(transfer(1, 'x', { doneBytes: 5, finishedAtMs: 1 }))).toBe(false)
  expect(hasParts(transfer(1, 'x', { doneBytes: 5, role: 'send' }))).toBe(false)
})

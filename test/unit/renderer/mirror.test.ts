import { expect, test, vi } from 'vitest'
import { Mirror } from '#renderer/state/mirror.ts'
import { appView, transfer } from '#test/e2e/mock/fixtures.ts'
import { SETTINGS } from '#test/e2e/mock/settings-fixture.ts'

function filled(): Mirror {
  const mirror = new Mirror()
  mirror.take({ kind: 'snapshot', app: appView() })
  return mirror
}

test('a snapshot is everything, newest first', () => {
  const mirror = filled()
  expect(mirror.ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(mirror.app?.settings).toBe(SETTINGS)
})

test('progress of one transfer wakes only who looks at that one', () => {
  const mirror = filled()
  const [list, first, second] = [vi.fn<() => void>(), vi.fn<() => void>(), vi.fn<() => void>()]
  mirror.subscribe('list', list)
  mirror.subscribe('transfer:1', first)
  mirror.subscribe('transfer:2', second)
  const view = mirror.transfer(mirror.ids[0] ?? (0 as never))
  const ids = mirror.ids
  if (view === undefined) throw new Error('no transfer')
  mirror.take({ kind: 'transfers', changed: [{ ...view, doneBytes: view.doneBytes + 1 }], gone: [] })
  expect(first).toHaveBeenCalledTimes(1)
  expect(second).not.toHaveBeenCalled()
  expect(list).not.toHaveBeenCalled()
  // A list that is the same must be the same object, or every row is drawn again.
  expect(mirror.ids).toBe(ids)
})

test('a transfer that changes its group, comes or goes wakes the list', () => {
  const mirror = filled()
  const list = vi.fn<() => void>()
  mirror.subscribe('list', list)
  mirror.take({
    kind: 'transfers',
    changed: [transfer(50, 'new', { addedAtMs: Number.MAX_SAFE_INTEGER })],
    gone: [],
  })
  expect(mirror.ids[0]).toBe(50)
  const first = mirror.transfer(1 as never)
  if (first === undefined) throw new Error('no transfer')
  mirror.take({ kind: 'transfers', changed: [{ ...first, state: 'finished', finishedAtMs: 5 }], gone: [] })
  mirror.take({ kind: 'transfers', changed: [], gone: [first.id] })
  expect(list).toHaveBeenCalledTimes(3)
  expect(mirror.transfer(first.id)).toBeUndefined()
})

test('what a new connection does not know any more is gone', () => {
  const mirror = filled()
  const gone = vi.fn<() => void>()
  mirror.subscribe('transfer:9', gone)
  mirror.take({ kind: 'snapshot', app: appView({ transfers: [transfer(1, 'only')] }) })
  expect(mirror.ids).toEqual([1])
  expect(mirror.transfer(9 as never)).toBeUndefined()
  expect(gone).toHaveBeenCalledTimes(1)
})

test('links and files from outside wait until they are taken, once', () => {
  const mirror = filled()
  mirror.take({ kind: 'link', link: 'beeline://a' })
  mirror.take({ kind: 'paths', paths: ['/a', '/b'] })
  expect(mirror.takeIncoming()).toEqual({ links: ['beeline://a'], paths: ['/a', '/b'] })
  expect(mirror.takeIncoming()).toEqual({ links: [], paths: [] })
})

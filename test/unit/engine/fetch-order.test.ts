/** What is asked for first: as a person says of files, and from the beginning on. */

import { expect, test } from 'vitest'
import { FetchOrder } from '#engine/fetch-order.ts'
import type { Manifest } from '#shared/share/manifest.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { FilePriority } from '#shared/swarm/urgency.ts'

class FakeUrgency {
  perFile: ReadonlyMap<number, FilePriority> = new Map()
  head: number | undefined

  setPriorities(perFile: ReadonlyMap<number, FilePriority>): void {
    this.perFile = perFile
  }

  setReadHead(byteOffset: number | undefined): void {
    this.head = byteOffset
  }
}

const file = (path: string): Manifest['entries'][number] =>
  ({ kind: 'file', path, sizeBytes: 100, isExecutable: false }) as Manifest['entries'][number]
const MANIFEST = { entries: [file('a/one'), file('a/two'), file('b')] } as unknown as Manifest

function pieces(count: number): { have: Bitfield; wanted: Bitfield } {
  return { have: new Bitfield(count), wanted: Bitfield.full(count) }
}

test('what was said of files before they were known holds when they are', () => {
  const urgency = new FakeUrgency()
  const order = new FetchOrder(urgency)
  order.prefer('a', 'high')
  order.prefer('a/two', 'low')
  expect(urgency.perFile.size).toBe(0)
  order.learnManifest(MANIFEST)
  expect([...urgency.perFile]).toEqual([
    [0, 'high'],
    [1, 'low'],
  ])
  order.prefer('', 'normal')
  expect(urgency.perFile.size).toBe(0)
  expect(order.priorityOf(0)).toBe('normal')
})

test('in order, the head stands at the first wanted piece that is missing', () => {
  const urgency = new FakeUrgency()
  const order = new FetchOrder(urgency)
  const all = pieces(5)
  all.have.add(0)
  all.wanted.delete(1)
  order.setInOrder(true)
  expect(urgency.head).toBeUndefined()
  order.begin(all.have, all.wanted, 1000)
  expect(urgency.head).toBe(2000)
  // A later one does not move it.
  all.have.add(3)
  order.written()
  expect(urgency.head).toBe(2000)
  all.have.add(2)
  order.written()
  expect(urgency.head).toBe(4000)
  all.have.add(4)
  order.written()
  expect(urgency.head).toBeUndefined()
})

test('it is given up at once, and taken up where it is by then', () => {
  const urgency = new FakeUrgency()
  const order = new FetchOrder(urgency)
  const all = pieces(3)
  order.begin(all.have, all.wanted, 1000)
  expect(urgency.head).toBeUndefined()
  all.have.add(0)
  order.written()
  order.setInOrder(true)
  expect(urgency.head).toBe(1000)
  order.setInOrder(false)
  expect(urgency.head).toBeUndefined()
})

import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { News, SLICE_INTERVAL_MS } from '#engine/app/news.ts'
import { Outside } from '#engine/app/outside.ts'
import { PeerView, type AppEvent, type TransferId, type TransferView } from '#shared/api/views.ts'
import * as v from 'valibot'
import { idOf, transferView } from './fake-engine.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const PEER = v.parse(PeerView, {
  peer: '0123456789abcdef'.repeat(2),
  name: 'bert',
  state: 'connected',
  route: null,
  lanes: [],
  history: [],
  betterRoute: 'none',
  tls: 'none',
  roundTripMs: 1,
  downBytesPerSecond: 0,
  upBytesPerSecond: 0,
  receivedBytes: 0,
  sentBytes: 0,
  completeness: 1,
  failure: null,
})

/** Transfers as plain views, and how often each was looked at. */
class FakeSource {
  readonly all = new Map<TransferId, TransferView>()
  looks = 0

  constructor(count: number, changes: Partial<TransferView> = {}) {
    for (let i = 1; i <= count; i++) this.all.set(idOf(i), transferView({ ...changes, id: idOf(i) }))
  }

  set(id: number, changes: Partial<TransferView>): void {
    this.all.set(idOf(id), { ...this.all.get(idOf(id))!, ...changes })
  }

  views(): TransferView[] {
    this.looks += this.all.size
    return [...this.all.values()]
  }

  view(id: TransferId): TransferView | undefined {
    this.looks++
    const view = this.all.get(id)
    // A fresh object each time, as an engine gives it.
    return view === undefined ? undefined : structuredClone(view)
  }
}

function listen(news: News): { events: AppEvent[]; stop: () => void } {
  const events: AppEvent[] = []
  const stop = news.listen((event) => events.push(event))
  return { events, stop }
}

test('a change is told at once, and only what has changed', async () => {
  const source = new FakeSource(3)
  const news = new News(source)
  const { events } = listen(news)
  await vi.advanceTimersByTimeAsync(1000)
  source.set(2, { state: 'paused' })
  news.mark(idOf(2))
  await vi.advanceTimersByTimeAsync(20)
  expect(events).toEqual([{ kind: 'transfers', changed: [source.all.get(idOf(2))], gone: [] }])
})

test('what moves is told four times a second at most, however often it is marked', async () => {
  const source = new FakeSource(1, { peers: [PEER] })
  const news = new News(source)
  const { events } = listen(news)
  for (let step = 0; step < 1000; step++) {
    source.set(1, { doneBytes: step })
    news.mark(idOf(1))
    await vi.advanceTimersByTimeAsync(10)
  }
  expect(events.length).toBeLessThanOrEqual(10_000 / SLICE_INTERVAL_MS + 1)
  expect(events.length).toBeGreaterThan(30)
  await vi.advanceTimersByTimeAsync(SLICE_INTERVAL_MS)
  expect(events.at(-1)).toMatchObject({ changed: [{ doneBytes: 999 }] })
})

test('progress without a word is seen while peers are connected', async () => {
  const source = new FakeSource(1)
  const news = new News(source)
  const { events } = listen(news)
  source.set(1, { peers: [PEER] })
  news.mark(idOf(1))
  await vi.advanceTimersByTimeAsync(300)
  source.set(1, { doneBytes: 10 })
  await vi.advanceTimersByTimeAsync(300)
  expect(events.at(-1)).toMatchObject({ changed: [{ doneBytes: 10 }] })
  // Then it stands still.
  source.set(1, { peers: [] })
  await vi.advanceTimersByTimeAsync(300)
  const { looks } = source
  await vi.advanceTimersByTimeAsync(60_000)
  expect(source.looks).toBe(looks)
})

test('nothing new, nothing told', async () => {
  const source = new FakeSource(1, { peers: [PEER] })
  const news = new News(source)
  const { events } = listen(news)
  for (let i = 0; i < 100; i++) {
    news.mark(idOf(1))
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(events).toEqual([])
})

test('thousands that stand still are not looked at, and no timer runs', async () => {
  const source = new FakeSource(2000, { state: 'seeding' })
  const news = new News(source)
  listen(news)
  const { looks } = source
  await vi.advanceTimersByTimeAsync(60_000)
  expect(source.looks).toBe(looks)
  expect(vi.getTimerCount()).toBe(0)
})

test('without a listener nothing is looked at at all; a new one starts from what is then', async () => {
  const source = new FakeSource(2, { peers: [PEER] })
  const news = new News(source)
  news.mark(idOf(1))
  await vi.advanceTimersByTimeAsync(1000)
  expect(source.looks).toBe(0)
  const first = listen(news)
  first.stop()
  source.set(1, { doneBytes: 7 })
  news.mark(idOf(1))
  await vi.advanceTimersByTimeAsync(1000)
  expect(vi.getTimerCount()).toBe(0)
  const second = listen(news)
  await vi.advanceTimersByTimeAsync(1000)
  expect(first.events).toEqual([])
  // What it began with is in its snapshot.
  expect(second.events).toEqual([])
})

test('one that is gone is told once', async () => {
  const source = new FakeSource(2)
  const news = new News(source)
  const { events } = listen(news)
  source.all.delete(idOf(1))
  news.mark(idOf(1))
  await vi.advanceTimersByTimeAsync(300)
  news.mark(idOf(1))
  await vi.advanceTimersByTimeAsync(300)
  expect(events).toEqual([{ kind: 'transfers', changed: [], gone: [idOf(1)] }])
})

test('a newcomer hears of what is taken back before the next slice', async () => {
  const source = new FakeSource(1)
  const news = new News(source)
  listen(news)
  source.set(1, { peers: [PEER] })
  news.mark(idOf(1))
  const second = listen(news)
  source.set(1, { peers: [] })
  news.mark(idOf(1))
  await vi.advanceTimersByTimeAsync(2 * SLICE_INTERVAL_MS)
  expect(second.events).toMatchObject([{ changed: [{ peers: [] }] }])
})

test('snapshot and slices together always give what is', async () => {
  const step = fc.tuple(
    fc.constantFrom('change', 'peers', 'remove', 'add', 'join', 'leave', 'wait'),
    fc.nat(7),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const source = new FakeSource(4)
      const news = new News(source)
      let lastId = 4
      let lastBytes = 0
      const mirrors: { readonly seen: Map<TransferId, TransferView>; readonly stop: () => void }[] = []
      for (const [kind, at] of steps) {
        const id = idOf((at % lastId) + 1)
        if (kind === 'wait') await vi.advanceTimersByTimeAsync(at * 60)
        else if (kind === 'add') {
          source.all.set(idOf(++lastId), transferView({ id: idOf(lastId) }))
          news.mark(idOf(lastId))
        } else if (kind === 'join') {
          const seen = new Map<TransferId, TransferView>()
          const stop = news.listen((event) => {
            if (event.kind !== 'transfers') return
            for (const view of event.changed) seen.set(view.id, view)
            for (const gone of event.gone) seen.delete(gone)
          })
          for (const view of source.all.values()) seen.set(view.id, view)
          mirrors.push({ seen, stop })
        } else if (kind === 'leave') mirrors.shift()?.stop()
        else if (source.all.has(id)) {
          if (kind === 'change') source.set(id, { doneBytes: ++lastBytes })
          if (kind === 'peers') source.set(id, { peers: at % 2 === 0 ? [PEER] : [] })
          if (kind === 'remove') source.all.delete(id)
          news.mark(id)
        }
      }
      await vi.advanceTimersByTimeAsync(2 * SLICE_INTERVAL_MS)
      for (const { seen } of mirrors) expect(seen).toEqual(source.all)
      news.close()
    }),
  )
})

test('links that were opened before anybody looked are told to the first who does, once', () => {
  const outside = new Outside()
  outside.tell({ kind: 'link', link: 'a' })
  outside.tell({ kind: 'paths', paths: ['/b'] })
  const first: AppEvent[] = []
  const second: AppEvent[] = []
  const stop = outside.watch((event) => first.push(event))
  outside.watch((event) => second.push(event))
  expect(first).toEqual([
    { kind: 'link', link: 'a' },
    { kind: 'paths', paths: ['/b'] },
  ])
  stop()
  outside.tell({ kind: 'link', link: 'c' })
  expect(first).toHaveLength(2)
  expect(second).toEqual([{ kind: 'link', link: 'c' }])
})

test('a flood of links while nobody looks is bounded, and the latest stay', () => {
  const outside = new Outside()
  for (let i = 0; i < 10_000; i++) outside.tell({ kind: 'link', link: String(i) })
  const events: AppEvent[] = []
  outside.watch((event) => events.push(event))
  expect(events.length).toBeLessThan(100)
  expect(events.at(-1)).toEqual({ kind: 'link', link: '9999' })
})

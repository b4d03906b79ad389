import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OfferDesk } from '#engine/app/offers.ts'
import { TransferRegistry } from '#engine/app/transfer-registry.ts'
import type { OfferEvent } from '#shared/api/transfer-views.ts'
import type { OfferView } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { FakeEngine, FakeLibrary, linkAt, OFFER, type FakeTransfer } from './fake-engine.ts'

let library: FakeLibrary
let engine: FakeEngine
let registry: TransferRegistry
let desk: OfferDesk
let told: OfferView[]

beforeEach(() => {
  vi.useFakeTimers()
  library = new FakeLibrary()
  restart()
})

afterEach(() => {
  registry.close()
  vi.useRealTimers()
})

function restart(): void {
  engine = new FakeEngine(library)
  const nothing = (): void => undefined
  registry = new TransferRegistry({
    engine,
    downloadsAtOnce: 0,
    prepare: () => Promise.resolve(),
    changed: nothing,
    log: nothing,
  })
  told = []
  desk = new OfferDesk({ engine, registry, described: (offer) => told.push(offer), log: nothing })
}

interface Opened {
  readonly events: OfferEvent[]
  readonly page: AbortController
  readonly end: Promise<string>
  /** The transfer that is behind it at the moment. */
  transfer(): FakeTransfer
  id(): OfferEvent['offer']
}

function open(link = linkAt()): Opened {
  const events: OfferEvent[] = []
  const page = new AbortController()
  const end = codeOf(desk.open(link, page.signal, (event) => events.push(event)))
  const transfer = (): FakeTransfer => {
    const last = engine.opened.at(-1)
    if (last === undefined) throw new Error('nothing was opened')
    return last
  }
  const id = (): OfferEvent['offer'] => {
    const [first] = events
    if (first === undefined) throw new Error('nothing was told')
    return first.offer
  }
  return { events, page, end, transfer, id }
}

async function describeIt(opened: Opened): Promise<void> {
  opened.transfer().described.resolve(OFFER)
  opened.transfer().everythingListed.resolve()
  await vi.advanceTimersByTimeAsync(1)
}

/** Awaited later, so that it is no unhandled rejection meanwhile. */
function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  )
}

const NEVER = new AbortController().signal

test('an offer is told from looking to listed', async () => {
  const opened = open()
  await vi.advanceTimersByTimeAsync(1)
  opened.transfer().described.resolve(OFFER)
  await vi.advanceTimersByTimeAsync(1)
  opened.transfer().everythingListed.resolve()
  await vi.advanceTimersByTimeAsync(1)
  expect(opened.events.map(({ state }) => state)).toEqual(['looking', 'offered', 'listed'])
  expect(opened.events[1]?.description).toEqual(OFFER)
  expect(opened.events[0]?.existing).toBeNull()
})

test('a link that cannot be read is refused', async () => {
  engine.open = () => {
    throw new AppError('link.no-key')
  }
  expect(await open().end).toBe('link.no-key')
})

test('one that nobody has ends with that error, and is let go of', async () => {
  const opened = open()
  opened.transfer().described.reject(new AppError('share.not-found'))
  expect(await opened.end).toBe('share.not-found')
  await vi.advanceTimersByTimeAsync(1)
  expect(opened.transfer().isOver).toBe(true)
  await expect(desk.folder(opened.id(), '', NEVER)).rejects.toThrow('transfer.unknown')
})

test('to leave is to decline: it is stopped, and nothing is on the list or on the disk', async () => {
  const opened = open()
  await describeIt(opened)
  opened.page.abort()
  expect(await opened.end).toBe('transfer.stopped')
  expect(opened.transfer().isOver).toBe(true)
  expect(opened.transfer().acceptOptions).toBeUndefined()
  expect(registry.views()).toEqual([])
  expect(library.rows.size).toBe(0)
})

test('a transfer of the same share that is here already is named', async () => {
  const link = linkAt()
  const id = library.add({ link, topic: transferTopic(link) })
  restart()
  expect(open(link).events[0]?.existing).toBe(id)
})

test('peers that come and go are told four times a second at most, and only when their number changes', async () => {
  const opened = open()
  await vi.advanceTimersByTimeAsync(1)
  for (let i = 0; i < 200; i++) {
    opened.transfer().set({ coordinator: i % 2 === 0 ? 'offline' : 'online' })
    await vi.advanceTimersByTimeAsync(10)
  }
  expect(opened.events.length).toBeLessThanOrEqual(10)
  opened.page.abort()
  await opened.end
})

describe('accepted', () => {
  test('it is a transfer of the list, runs on, and the stream is over', async () => {
    const opened = open()
    await describeIt(opened)
    const accepted = desk.accept(
      { offer: opened.id(), destination: '/home/anna/d', selection: { paths: ['a'] } },
      NEVER,
    )
    const id = engine.enter(opened.transfer(), { state: 'receiving' })
    opened.transfer().accepted.resolve()
    expect(await accepted).toBe(id)
    expect(await opened.end).toBe('no error')
    expect(opened.transfer().acceptOptions).toEqual({
      destination: '/home/anna/d',
      selection: { paths: ['a'] },
    })
    expect(registry.view(id)?.state).toBe('receiving')
    expect(opened.transfer().isOver).toBe(false)
    expect(library.rows.get(id)?.isToRun).toBe(true)
  })

  test('one that is checked for minutes is on the list long before, and a page that goes does not stop it', async () => {
    const opened = open()
    await describeIt(opened)
    const call = new AbortController()
    const accepted = desk.accept({ offer: opened.id(), destination: '/d', selection: null }, call.signal)
    const id = engine.enter(opened.transfer(), { state: 'checking' })
    await vi.advanceTimersByTimeAsync(5000)
    expect(await accepted).toBe(id)
    call.abort()
    opened.page.abort()
    await vi.advanceTimersByTimeAsync(5000)
    expect(registry.view(id)?.state).toBe('checking')
    expect(engine.running.has(id)).toBe(true)
  })

  test('it waits for a number as long as it takes, and can be taken back until then', async () => {
    const opened = open()
    await describeIt(opened)
    const call = new AbortController()
    const accepted = desk.accept({ offer: opened.id(), destination: '/d', selection: null }, call.signal)
    const ended = codeOf(accepted)
    await vi.advanceTimersByTimeAsync(60_000)
    call.abort()
    expect(await ended).toBe('transfer.stopped')
    expect(registry.views()).toEqual([])
  })

  test('what is refused at once is told to the caller, leaves nothing, and the offer stays open', async () => {
    const opened = open()
    await describeIt(opened)
    const first = opened.transfer()
    const refused = desk.accept({ offer: opened.id(), destination: '/full', selection: null }, NEVER)
    const ended = codeOf(refused)
    engine.enter(first, { state: 'checking' })
    first.accepted.reject(new AppError('disk.no-space'))
    expect(await ended).toBe('disk.no-space')
    await vi.advanceTimersByTimeAsync(1)
    expect(first.isOver).toBe(true)
    expect(engine.forgotten).toHaveLength(1)
    expect(library.rows.size).toBe(0)
    expect(registry.views()).toEqual([])
    // Another folder, the same offer.
    expect(opened.transfer()).not.toBe(first)
    await describeIt(opened)
    expect(opened.events.at(-1)).toMatchObject({ offer: opened.id(), state: 'listed' })
    const accepted = desk.accept({ offer: opened.id(), destination: '/other', selection: null }, NEVER)
    engine.enter(opened.transfer(), { state: 'receiving' })
    opened.transfer().accepted.resolve()
    await accepted
    expect(await opened.end).toBe('no error')
  })

  test('a refused accept never forgets what was received before', async () => {
    const link = linkAt()
    const id = library.add({ link, topic: transferTopic(link), doneBytes: 500 })
    restart()
    const opened = open(link)
    await describeIt(opened)
    const refused = desk.accept({ offer: opened.id(), destination: '/d', selection: null }, NEVER)
    const ended = codeOf(refused)
    opened.transfer().set({ id })
    opened.transfer().accepted.reject(new AppError('disk.full'))
    expect(await ended).toBe('disk.full')
    expect(library.rows.has(id)).toBe(true)
    expect(engine.forgotten).toEqual([])
  })

  test('two clicks are one accept', async () => {
    const opened = open()
    await describeIt(opened)
    const acceptance = { offer: opened.id(), destination: '/d', selection: null }
    const first = desk.accept(acceptance, NEVER)
    await expect(desk.accept(acceptance, NEVER)).rejects.toThrow('transfer.running')
    engine.enter(opened.transfer())
    opened.transfer().accepted.resolve()
    await first
    expect(registry.views()).toHaveLength(1)
  })

  test.each(['Downloads', '../x', '', '/a\0b'])(
    'not into %j, which is no absolute path',
    async (destination) => {
      const opened = open()
      await describeIt(opened)
      await expect(
        desk.accept({ offer: opened.id(), destination, selection: null }, NEVER),
      ).rejects.toMatchObject({ code: 'settings.bad-value' })
      expect(opened.transfer().acceptOptions).toBeUndefined()
    },
  )
})

test('an offer that is not open cannot be accepted', async () => {
  const opened = open()
  await vi.advanceTimersByTimeAsync(1)
  opened.page.abort()
  await opened.end
  await expect(
    desk.accept({ offer: opened.id(), destination: '/d', selection: null }, NEVER),
  ).rejects.toThrow('transfer.unknown')
})

function transferTopic(link: string): ReturnType<FakeTransfer['view']>['topic'] {
  const opened = new FakeEngine().open(link)
  return opened.view().topic
}

test('a change of the network’s settings looks at an open offer anew, and stops the old look', async () => {
  const opened = open()
  await describeIt(opened)
  const before = opened.transfer()
  expect(told).toEqual([OFFER])
  desk.renewAll()
  await vi.advanceTimersByTimeAsync(1)
  expect(before.view().state).toBe('stopped')
  expect(opened.transfer()).not.toBe(before)
  await describeIt(opened)
  expect(opened.events.at(-1)?.state).toBe('listed')
  expect(told, 'the same offer is no news').toEqual([OFFER])
  opened.page.abort()
  expect(await opened.end).toBe('transfer.stopped')
})

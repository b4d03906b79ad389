import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { MAX_TAKEN_UP, MAX_TAKEN_UP_FINISHED, TransferRegistry } from '#engine/app/transfer-registry.ts'
import { AppError } from '#shared/errors.ts'
import type { TransferId } from '#shared/api/views.ts'
import { FakeEngine, FakeLibrary, FakeTransfer, idOf, transferView } from './fake-engine.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

let prepared: TransferId[] = []

function open(
  library: FakeLibrary,
  prepare: () => Promise<void> = () => Promise.resolve(),
  downloadsAtOnce = 0,
): { engine: FakeEngine; registry: TransferRegistry; changed: Set<TransferId> } {
  const engine = new FakeEngine(library)
  const changed = new Set<TransferId>()
  prepared = []
  const registry = new TransferRegistry({
    engine,
    downloadsAtOnce,
    prepare: (view) => {
      prepared.push(view.id)
      return prepare()
    },
    changed: (id) => changed.add(id),
    log: () => undefined,
  })
  return { engine, registry, changed }
}

/** As an app ends. */
async function close({ engine, registry }: ReturnType<typeof open>): Promise<void> {
  registry.close()
  await engine.close()
}

describe('what is remembered', () => {
  test.each([
    ['an unfinished get', { state: 'receiving', role: 'get' }, 'paused'],
    ['a finished get', { state: 'seeding', role: 'get', finishedAtMs: 1 }, 'finished'],
    ['an own share', { state: 'seeding', role: 'send' }, 'stopped'],
    ['one that failed', { state: 'failed', error: { code: 'disk.full', detail: 'x' } }, 'failed'],
  ] as const)('%s rests with no peers and its own state', (_what, changes, state) => {
    const library = new FakeLibrary()
    library.add({ ...changes, downBytesPerSecond: 5, etaMs: 7 })
    const { registry, engine } = open(library)
    const [view] = registry.views()
    expect(view).toMatchObject({ state, downBytesPerSecond: 0, etaMs: null, coordinator: 'offline' })
    expect(view?.error).toEqual('error' in changes ? changes.error : null)
    expect(engine.resumeCount).toBe(0)
  })

  test('the newest stands first', () => {
    const library = new FakeLibrary()
    const old = library.add({ addedAtMs: 1 })
    const young = library.add({ addedAtMs: 3 })
    const middle = library.add({ addedAtMs: 2 })
    expect(
      open(library)
        .registry.views()
        .map(({ id }) => id),
    ).toEqual([young, middle, old])
  })

  test('only what ran is taken up, and no more than four at the same time', async () => {
    const library = new FakeLibrary()
    for (let i = 0; i < 30; i++) library.add({ role: 'send', state: 'seeding' }, i % 3 !== 0)
    const { engine, registry } = open(library)
    let resuming = 0
    let mostResuming = 0
    engine.onResume = async () => {
      mostResuming = Math.max(mostResuming, ++resuming)
      await new Promise((resolve) => setTimeout(resolve, 100))
      resuming--
    }
    const taken = registry.takeUp()
    expect(registry.views().filter((view) => view.state === 'preparing')).toHaveLength(20)
    await vi.advanceTimersByTimeAsync(300_000)
    await taken
    expect(mostResuming).toBe(4)
    expect(engine.running.size).toBe(20)
    expect(registry.views().filter((view) => view.state === 'stopped')).toHaveLength(10)
    registry.close()
  })

  test('thousands do not open thousands of connections, and the finished ones leave room for the others', async () => {
    const library = new FakeLibrary()
    for (let i = 0; i < 1000; i++) library.add({ role: 'send', state: 'seeding' }, true)
    for (let i = 0; i < 1000; i++) library.add({ state: 'seeding', finishedAtMs: 1 }, true)
    const { engine, registry } = open(library)
    const taken = registry.takeUp()
    await vi.advanceTimersByTimeAsync(300_000)
    await taken
    expect(engine.running.size).toBe(MAX_TAKEN_UP)
    const finished = [...engine.running.values()].filter((transfer) => transfer.view().finishedAtMs !== null)
    expect(finished).toHaveLength(MAX_TAKEN_UP_FINISHED)
    // The library agrees, or the others would begin one day by themselves.
    expect([...library.rows.values()].filter((row) => row.isToRun)).toHaveLength(MAX_TAKEN_UP)
    registry.close()
  })

  test('one that does not settle does not keep the others waiting for ever', async () => {
    const library = new FakeLibrary()
    for (let i = 0; i < 6; i++) library.add({ role: 'send', state: 'seeding' }, true)
    const { engine, registry } = open(library)
    const resume = engine.resume.bind(engine)
    engine.resume = async (id) => {
      const transfer = await resume(id)
      if (transfer instanceof FakeTransfer) transfer.set({ coordinator: 'connecting' })
      return transfer
    }
    void registry.takeUp()
    await vi.advanceTimersByTimeAsync(1000)
    expect(engine.running.size).toBe(4)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(engine.running.size).toBe(6)
    registry.close()
  })
})

describe('pause and resume', () => {
  test('a paused get is remembered as such, and resumed under the same number', async () => {
    const library = new FakeLibrary()
    const id = library.add({ state: 'paused' })
    const { engine, registry } = open(library)
    await registry.entry(id).resume()
    expect(registry.view(id)?.state).toBe('receiving')
    expect(library.rows.get(id)?.isToRun).toBe(true)
    await registry.entry(id).pause()
    expect(registry.view(id)?.state).toBe('paused')
    expect(library.rows.get(id)).toMatchObject({ isToRun: false, view: { state: 'paused' } })
    expect(engine.running.size).toBe(0)
    registry.close()
  })

  test('quick clicks end as the last one says, one step after the other', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    const { engine, registry } = open(library)
    engine.onResume = () => new Promise((resolve) => setTimeout(resolve, 50))
    const entry = registry.entry(id)
    const clicks = [entry.resume(), entry.pause(), entry.resume(), entry.pause(), entry.resume()]
    await vi.runOnlyPendingTimersAsync()
    await Promise.all(clicks)
    expect(registry.view(id)?.state).toBe('receiving')
    expect(engine.resumeCount).toBe(1)
    const more = [entry.pause(), entry.resume(), entry.pause()]
    await Promise.all(more)
    expect(registry.view(id)?.state).toBe('paused')
    expect(engine.violations).toEqual([])
    registry.close()
  })

  test('a pause while it is being taken up stops it as soon as it runs', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    const { engine, registry } = open(library)
    const begun = Promise.withResolvers<void>()
    engine.onResume = () => begun.promise
    const resumed = registry.entry(id).resume()
    await vi.advanceTimersByTimeAsync(1)
    const paused = registry.entry(id).pause()
    expect(registry.view(id)?.state).toBe('paused')
    begun.resolve()
    await Promise.all([resumed, paused])
    expect(engine.running.size).toBe(0)
    expect(library.rows.get(id)?.isToRun).toBe(false)
    registry.close()
  })

  test('one that waits for its turn and is paused never starts, also not after a restart', async () => {
    const library = new FakeLibrary()
    const id = library.add({}, true)
    const { engine, registry } = open(library)
    await registry.entry(id).pause()
    const taken = registry.takeUp()
    await vi.advanceTimersByTimeAsync(300_000)
    await taken
    expect(engine.resumeCount).toBe(0)
    expect(library.rows.get(id)?.isToRun).toBe(false)
    registry.close()
  })

  test('what cannot be taken up says why, keeps saying so after a restart, and can be tried again', async () => {
    const library = new FakeLibrary()
    const id = library.add({ role: 'send', state: 'stopped' })
    const first = open(library)
    first.engine.onResume = () => Promise.reject(new AppError('source.changed', { detail: 'a.txt' }))
    await expect(first.registry.entry(id).resume()).rejects.toThrow('source.changed')
    expect(first.registry.view(id)).toMatchObject({ state: 'failed', error: { code: 'source.changed' } })
    await close(first)
    const second = open(library)
    await second.registry.takeUp()
    expect(second.engine.resumeCount).toBe(0)
    expect(second.registry.view(id)).toMatchObject({
      state: 'failed',
      error: { code: 'source.changed', detail: 'a.txt' },
    })
    await second.registry.entry(id).resume()
    expect(second.registry.view(id)).toMatchObject({ state: 'seeding', error: null })
    second.registry.close()
  })

  test('what the world may mend is tried again at the next start, unless the person has paused it', async () => {
    const library = new FakeLibrary()
    const ids = [library.add({}, true), library.add({}, true)] as const
    const first = open(library)
    first.engine.onResume = () => Promise.reject(new AppError('disk.gone'))
    await first.registry.takeUp()
    expect(first.registry.views().map(({ state }) => state)).toEqual(['failed', 'failed'])
    await first.registry.entry(ids[0]).pause()
    await close(first)
    const second = open(library)
    await second.registry.takeUp()
    expect([...second.engine.running.keys()]).toEqual([ids[1]])
    second.registry.close()
  })

  test('the own coordinator is asked for before a share is taken up, and its failure is the share’s', async () => {
    const library = new FakeLibrary()
    const id = library.add({ role: 'send', state: 'stopped' })
    const { engine, registry } = open(library, () => Promise.reject(new AppError('coordinator.port-taken')))
    await expect(registry.entry(id).resume()).rejects.toThrow('coordinator.port-taken')
    expect(prepared).toEqual([id])
    expect(engine.resumeCount).toBe(0)
    registry.close()
  })

  test('a failure while it runs is noted and let go of; resuming at once gives a new one', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    const { engine, registry } = open(library)
    await registry.entry(id).resume()
    const first = engine.running.get(id)
    first?.fail(new AppError('disk.full', { detail: '/x' }))
    await registry.entry(id).resume()
    const second = engine.running.get(id)
    expect(second).not.toBe(first)
    expect(registry.view(id)).toMatchObject({ state: 'receiving', error: null })
    second?.fail(new AppError('disk.full'))
    await vi.advanceTimersByTimeAsync(1)
    expect(registry.view(id)).toMatchObject({ state: 'failed', error: { code: 'disk.full' } })
    expect(library.rows.get(id)).toMatchObject({ isToRun: false, view: { state: 'failed' } })
    registry.close()
  })
})

describe('removal', () => {
  test('a running one is stopped first and then forgotten, wherever it was', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    const { engine, registry, changed } = open(library)
    engine.onResume = () => new Promise((resolve) => setTimeout(resolve, 50))
    const resumed = registry.entry(id).resume()
    const removed = registry.entry(id).remove(true)
    changed.clear()
    await vi.runOnlyPendingTimersAsync()
    await Promise.allSettled([resumed, removed])
    expect(engine.forgotten).toEqual([{ id, deletePartial: true }])
    expect(registry.views()).toEqual([])
    expect(registry.view(id)).toBeUndefined()
    expect(changed).toContain(id)
    expect(() => registry.entry(id)).toThrow('transfer.unknown')
    expect(engine.violations).toEqual([])
    registry.close()
  })

  test('one that cannot be forgotten stays, and says so', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    const { engine, registry } = open(library)
    engine.forget = () => Promise.reject(new AppError('disk.no-permission'))
    await expect(registry.entry(id).remove(true)).rejects.toThrow('disk.no-permission')
    expect(registry.view(id)?.state).toBe('paused')
    await registry.entry(id).resume()
    expect(registry.view(id)?.state).toBe('receiving')
    registry.close()
  })
})

describe('work that needs rest', () => {
  test('a running transfer is stopped for it and goes on afterwards', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    const { engine, registry } = open(library)
    await registry.entry(id).resume()
    await registry.entry(id).whileResting(() => engine.select(id, { paths: ['a'] }))
    expect(engine.violations).toEqual([])
    expect(engine.selected).toEqual([{ paths: ['a'] }])
    expect(registry.view(id)?.state).toBe('receiving')
    expect(engine.resumeCount).toBe(2)
    // In between it was to run: a crash must not have left it paused.
    expect(library.rows.get(id)?.isToRun).toBe(true)
    registry.close()
  })

  test('a paused one stays paused, and what the work throws is told', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    const { engine, registry } = open(library)
    const work = registry.entry(id).whileResting(() => {
      throw new AppError('settings.bad-value')
    })
    await expect(work).rejects.toThrow('settings.bad-value')
    expect(engine.resumeCount).toBe(0)
    registry.close()
  })

  test('new network settings restart what runs, and nothing else', async () => {
    const library = new FakeLibrary()
    const ids = Array.from({ length: 10 }, () => library.add())
    const { engine, registry } = open(library)
    await Promise.all(ids.slice(0, 6).map((id) => registry.entry(id).resume()))
    const before = new Set(engine.running.values())
    const restarted = registry.restartAll()
    await vi.runOnlyPendingTimersAsync()
    await restarted
    expect(new Set(engine.running.keys())).toEqual(new Set(ids.slice(0, 6)))
    expect([...engine.running.values()].filter((transfer) => before.has(transfer))).toEqual([])
    registry.close()
  })
})

describe('what is noted', () => {
  test('a running one every ten seconds, if something is new; the others never', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    library.add()
    const { engine, registry } = open(library)
    await registry.entry(id).resume()
    const before = engine.rememberCount
    await vi.advanceTimersByTimeAsync(60_000)
    expect(engine.rememberCount).toBe(before)
    engine.running.get(id)?.progress({ doneBytes: 500, downBytesPerSecond: 99 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(engine.rememberCount).toBe(before + 1)
    expect(library.rows.get(id)?.view).toMatchObject({ doneBytes: 500, downBytesPerSecond: 0, peers: [] })
    registry.close()
  })

  test('at the end, that it ran: it is taken up again by itself', async () => {
    const library = new FakeLibrary()
    const runs = library.add()
    const rests = library.add()
    const waits = library.add({}, true)
    const first = open(library)
    await first.registry.entry(runs).resume()
    first.engine.running.get(runs)?.progress({ doneBytes: 700 })
    await close(first)
    expect(library.rows.get(runs)).toMatchObject({ isToRun: true, view: { doneBytes: 700 } })
    expect(library.rows.get(rests)?.isToRun).toBe(false)
    expect(library.rows.get(waits)?.isToRun).toBe(true)
  })

  test('a disk that is full stops nothing', async () => {
    const library = new FakeLibrary()
    const id = library.add()
    const { engine, registry } = open(library)
    engine.remember = () => {
      throw new AppError('disk.full')
    }
    await registry.entry(id).resume()
    expect(registry.view(id)?.state).toBe('receiving')
    registry.close()
  })
})

test('a transfer that was accepted again takes the place of the one that rested', async () => {
  const library = new FakeLibrary()
  const id = library.add()
  const { engine, registry } = open(library)
  const begun = Promise.withResolvers<void>()
  // The resume loses against the accept, which holds the lock.
  engine.onResume = () => begun.promise.then(() => Promise.reject(new AppError('transfer.running')))
  const resumed = registry.entry(id).resume()
  await vi.advanceTimersByTimeAsync(1)
  const accepted = new FakeTransfer(engine, transferView({ id }))
  expect(registry.adopt(accepted)).toBe(id)
  begun.resolve()
  await resumed
  expect(registry.views()).toHaveLength(1)
  expect(registry.view(id)?.state).toBe('receiving')
  expect(registry.entry(id).live).toBe(accepted)
  registry.close()
})

describe('whatever a person clicks', () => {
  type Action = readonly [
    'pause' | 'resume' | 'remove' | 'select' | 'fail' | 'share' | 'restart' | 'wait' | 'network',
    number,
  ]
  const action: fc.Arbitrary<Action> = fc.tuple(
    fc.constantFrom('pause', 'resume', 'remove', 'select', 'fail', 'share', 'restart', 'wait', 'network'),
    fc.nat(5),
  )

  test('no transfer is lost, none runs twice, and each ends as wished last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 40 }),
        fc.infiniteStream(fc.nat(30)),
        async (actions, delays) => {
          const library = new FakeLibrary()
          const ids = Array.from({ length: 4 }, (_, i) => library.add({}, i % 2 === 0))
          const wished = new Map<TransferId, 'run' | 'rest' | 'gone'>()
          ids.forEach((id, i) => wished.set(id, i % 2 === 0 ? 'run' : 'rest'))
          const violations: string[] = []
          const begin = (): ReturnType<typeof open> => {
            const app = open(library)
            app.engine.onResume = () =>
              new Promise((resolve) => setTimeout(resolve, delays.next().value ?? 0))
            void app.registry.takeUp()
            return app
          }
          let app = begin()
          const click = (work: () => Promise<unknown>): void => {
            Promise.try(work).catch((error: unknown) => {
              if (!(error instanceof AppError)) violations.push(String(error))
            })
          }
          for (const [kind, at] of actions) {
            const { engine, registry } = app
            const id = idOf((at % ids.length) + 1)
            const isHere = wished.get(id) !== 'gone'
            if (kind === 'wait') await vi.advanceTimersByTimeAsync(at * 10)
            else if (kind === 'network') click(() => registry.restartAll())
            else if (kind === 'share') {
              const transfer = await engine.send({
                paths: ['/a'],
                coordinators: [{ host: 'h', isTls: false }],
              })
              const added = registry.adopt(transfer)
              ids.push(added)
              wished.set(added, 'run')
            } else if (kind === 'restart') {
              await close(app)
              violations.push(...engine.violations)
              app = begin()
            } else if (kind === 'fail') {
              const transfer = engine.running.get(id)
              // What fails while it is wanted rests; otherwise it ends in any case.
              if (transfer !== undefined && registry.entry(id).live === transfer) {
                if (isHere) wished.set(id, 'rest')
                transfer.fail(new AppError('disk.full'))
              }
            } else if (isHere) {
              if (kind === 'pause') wished.set(id, 'rest')
              if (kind === 'resume') wished.set(id, 'run')
              if (kind === 'remove') wished.set(id, 'gone')
              const entry = registry.entry(id)
              if (kind === 'pause') click(() => entry.pause())
              if (kind === 'resume') click(() => entry.resume())
              if (kind === 'remove') click(() => entry.remove(false))
              if (kind === 'select') click(() => entry.whileResting(() => engine.select(id, null)))
            }
          }
          await vi.advanceTimersByTimeAsync(60_000)
          expect(violations).toEqual([])
          expect(app.engine.violations).toEqual([])
          const expected = [...wished].filter(([, wish]) => wish !== 'gone').map(([id]) => id)
          const listed = app.registry.views().map(({ id }) => id)
          // A removal that the end of the program overtook may leave it at rest, but nothing else may be missing.
          expect(listed).toEqual(expect.arrayContaining(expected))
          for (const id of expected) {
            expect([id, app.engine.running.has(id)]).toEqual([id, wished.get(id) === 'run'])
            expect([id, library.rows.get(id)?.isToRun]).toEqual([id, wished.get(id) === 'run'])
          }
          app.registry.close()
          vi.clearAllTimers()
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)
})

describe('a queue of downloads', () => {
  const never = (): Promise<void> => Promise.resolve()
  const states = (registry: TransferRegistry): unknown[] =>
    registry.views().map(({ id, state, queuePosition }) => [id, state, queuePosition])

  async function takeUp(library: FakeLibrary, atOnce: number): Promise<ReturnType<typeof open>> {
    const world = open(library, never, atOnce)
    void world.registry.takeUp()
    await vi.advanceTimersByTimeAsync(20_000)
    return world
  }

  test('lets so many run, says of the others where they stand, and goes on as soon as one is complete', async () => {
    const library = new FakeLibrary()
    for (let i = 0; i < 4; i++) library.add({ state: 'receiving' }, true)
    const world = await takeUp(library, 2)
    const { engine, registry } = world
    expect(states(registry)).toEqual([
      [4, 'queued', 2],
      [3, 'queued', 1],
      [2, 'receiving', null],
      [1, 'receiving', null],
    ])
    engine.running.get(idOf(1))?.set({ state: 'seeding', finishedAtMs: 7 })
    await vi.advanceTimersByTimeAsync(100)
    expect(states(registry)).toEqual([
      [4, 'queued', 1],
      [3, 'receiving', null],
      [2, 'receiving', null],
      [1, 'seeding', null],
    ])
    await close(world)
    // What waits is taken up again, in the same order, and what is shared never waits.
    library.add({ role: 'send', state: 'seeding' }, true)
    const again = await takeUp(library, 1)
    expect(states(again.registry)).toEqual([
      [5, 'seeding', null],
      [4, 'queued', 2],
      [3, 'queued', 1],
      [2, 'receiving', null],
      // The fake takes up what is complete as one that receives.
      [1, 'receiving', null],
    ])
    await close(again)
    expect(engine.violations).toEqual([])
  })

  test('what is begun now, or paused, or of another priority, moves the others', async () => {
    const library = new FakeLibrary()
    for (let i = 0; i < 4; i++) library.add({ state: 'receiving' }, true)
    const world = await takeUp(library, 1)
    const { engine, registry } = world
    engine.setPriority(idOf(4), 'high')
    registry.renew(idOf(4))
    expect(registry.view(idOf(4))).toMatchObject({ state: 'queued', queuePosition: 1, priority: 'high' })
    await registry.entry(idOf(3)).resume(true)
    expect(registry.view(idOf(3))?.state).toBe('receiving')
    expect(library.rows.get(idOf(3))).toMatchObject({ isForced: true, isToRun: true })
    await registry.entry(idOf(4)).pause()
    expect(registry.view(idOf(4))).toMatchObject({ state: 'paused', queuePosition: null })
    expect(registry.view(idOf(2))?.queuePosition).toBe(1)
    // Resumed, it stands behind those of its priority; here there are none.
    await registry.entry(idOf(4)).resume()
    expect(registry.view(idOf(4))).toMatchObject({ state: 'queued', queuePosition: 1 })
    registry.setDownloadsAtOnce(0)
    await vi.advanceTimersByTimeAsync(100)
    expect(registry.views().every(({ state }) => state === 'receiving')).toBe(true)
    registry.setDownloadsAtOnce(1)
    await vi.advanceTimersByTimeAsync(100)
    expect(registry.views().filter(({ state }) => state === 'receiving')).toHaveLength(2)
    expect(engine.violations).toEqual([])
    await close(world)
  })

  test('one that finds nobody lets the next begin, and goes on looking', async () => {
    const library = new FakeLibrary()
    for (let i = 0; i < 2; i++) library.add({ state: 'receiving' }, true)
    const world = await takeUp(library, 1)
    const { engine, registry } = world
    engine.running.get(idOf(1))?.set({ state: 'stalled' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(registry.view(idOf(2))?.state).toBe('queued')
    await vi.advanceTimersByTimeAsync(40_000)
    expect(states(registry)).toEqual([
      [2, 'receiving', null],
      [1, 'stalled', null],
    ])
    await close(world)
  })

  test('an accepted one waits like any other, and what arrived meanwhile is kept', async () => {
    const library = new FakeLibrary()
    library.add({ state: 'receiving' }, true)
    const world = await takeUp(library, 1)
    const { engine, registry } = world
    const transfer = engine.open(transferView().link)
    const id = engine.enter(transfer, { state: 'receiving', doneBytes: 500 })
    registry.adopt(transfer)
    await vi.advanceTimersByTimeAsync(100)
    expect(registry.view(id)).toMatchObject({ state: 'queued', queuePosition: 1, doneBytes: 500 })
    expect(transfer.isOver).toBe(true)
    expect(library.rows.get(id)).toMatchObject({ isToRun: true })
    await registry.entry(idOf(1)).pause()
    await vi.advanceTimersByTimeAsync(100)
    expect(registry.view(id)?.state).toBe('receiving')
    await close(world)
  })
})

test('what was passed on long enough rests, complete, and stays so after a restart', async () => {
  const library = new FakeLibrary()
  const id = library.add({ state: 'receiving' }, true)
  const world = open(library)
  void world.registry.takeUp()
  await vi.advanceTimersByTimeAsync(1000)
  const { seed } = transferView()
  const complete = { state: 'seeding', finishedAtMs: 7, doneBytes: 1000 } as const
  world.engine.running.get(id)?.set(complete)
  expect(world.registry.view(id)?.state).toBe('seeding')
  world.engine.running.get(id)?.set({ seed: { ...seed, isReached: true, endsAtMs: 9 } })
  await vi.advanceTimersByTimeAsync(100)
  expect(world.registry.view(id)).toMatchObject({
    state: 'finished',
    seed: { isReached: true, endsAtMs: null },
  })
  expect(library.rows.get(id)?.isToRun).toBe(false)
  await close(world)
})

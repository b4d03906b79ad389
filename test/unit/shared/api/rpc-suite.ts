/** What the contract does over a carrier, whichever it is. */

import { expect, test, vi } from 'vitest'
import type { Carrier } from '#shared/api/carrier.ts'
import type { Implementation, Remote } from '#shared/api/contract.ts'
import { connectRemote } from '#shared/api/rpc-client.ts'
import { MAX_IN_FLIGHT } from '#shared/api/rpc-messages.ts'
import { serveContract } from '#shared/api/rpc-server.ts'
import { AppError } from '#shared/errors.ts'
import { fakeImplementation } from './fake-implementation.ts'

interface Pair extends AsyncDisposable {
  readonly page: Carrier
  readonly engine: Carrier
}

const LINK_EVENT = (link: string) => ({ kind: 'link', link }) as const

/** A busy machine and a browser in between take their time; a case that fails is only slower. Milliseconds. */
const PATIENCE_MS = 20_000

export function waitFor(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, PATIENCE_MS)
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
  })
}

/** @param thrown of a promise that must have rejected */
async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof AppError) return error
  throw new Error('not an AppError', { cause: error })
}

export function rpcContract(openPair: () => Promise<Pair>): void {
  async function serve(
    parts: Parameters<typeof fakeImplementation>[0],
  ): Promise<AsyncDisposable & { remote: Remote; internals: unknown[]; close: () => void; engine: Carrier }> {
    const pair = await openPair()
    const internals: unknown[] = []
    const implementation: Implementation = fakeImplementation(parts)
    const served = serveContract(pair.engine, implementation, {
      onInternal: (thrown) => internals.push(thrown),
    })
    const remote = connectRemote(pair.page)
    return {
      remote,
      internals,
      engine: pair.engine,
      close: () => served.close(),
      [Symbol.asyncDispose]: async () => {
        remote.close()
        served.close()
        await pair[Symbol.asyncDispose]()
      },
    }
  }

  test('a call is answered with what the handler gives', async () => {
    await using here = await serve({
      calls: { 'host.choose': (input) => Promise.resolve({ paths: [input.what, input.startAt ?? ''] }) },
    })
    const answer = await here.remote.call('host.choose', { what: 'files', startAt: '/홈' })
    expect(answer).toEqual({ paths: ['files', '/홈'] })
  })

  test('calls do not wait for each other', async () => {
    const first = Promise.withResolvers<{ paths: string[] }>()
    await using here = await serve({
      calls: {
        'host.choose': ({ what }) =>
          what === 'files' ? first.promise : Promise.resolve({ paths: ['second'] }),
      },
    })
    const slow = here.remote.call('host.choose', { what: 'files', startAt: null })
    expect(await here.remote.call('host.choose', { what: 'folders', startAt: null })).toEqual({
      paths: ['second'],
    })
    first.resolve({ paths: ['first'] })
    expect(await slow).toEqual({ paths: ['first'] })
  })

  test('a stream delivers in order, and then is over', async () => {
    await using here = await serve({
      streams: {
        'app.watch': async (_input, _signal, emit) => {
          for (let i = 0; i < 500; i++) {
            emit(LINK_EVENT(String(i)))
            if (i % 50 === 0) await Promise.resolve()
          }
        },
      },
    })
    const seen: unknown[] = []
    await here.remote.stream('app.watch', {}, (event) => seen.push(event), new AbortController().signal)
    expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => LINK_EVENT(String(i))))
  })

  test('a known error keeps its code and its detail', async () => {
    await using here = await serve({
      calls: {
        'transfer.pause': () => Promise.reject(new AppError('disk.full', { detail: '/media/stick' })),
      },
      streams: { 'app.watch': () => Promise.reject(new AppError('library.damaged')) },
    })
    expect(await errorOf(here.remote.call('transfer.pause', { id: 1 }))).toMatchObject({
      code: 'disk.full',
      detail: '/media/stick',
    })
    const stream = here.remote.stream('app.watch', {}, () => undefined, new AbortController().signal)
    expect(await errorOf(stream)).toMatchObject({ code: 'library.damaged', detail: undefined })
    expect(here.internals).toEqual([])
  })

  test.each([
    ['an error', new Error('secret at /home/anna'), 'promise'],
    ['an internal error', new AppError('internal', { detail: 'secret at /home/anna' }), 'promise'],
    ['a text', 'secret at /home/anna', 'promise'],
    ['an error before the promise', new Error('secret at /home/anna'), 'call'],
  ])('%s that nobody expected arrives as `internal` without its words', async (_what, thrown, how) => {
    await using here = await serve({
      calls: {
        'update.check': () => {
          // oxlint-disable-next-line typescript/only-throw-error -- somebody's library may throw a text
          if (how === 'call') throw thrown
          return Promise.reject(thrown)
        },
      },
    })
    const error = await errorOf(here.remote.call('update.check', {}))
    expect([error.code, error.detail, `${error.message}${error.stack}`.includes('secret')]).toEqual([
      'internal',
      undefined,
      false,
    ])
    expect(here.internals).toEqual([thrown])
  })

  test('what cannot be carried fails as `internal`, and ends its stream', async () => {
    const signals: AbortSignal[] = []
    const circle: { self?: unknown } = {}
    circle.self = circle
    await using here = await serve({
      calls: { 'update.check': () => Promise.resolve(circle) },
      streams: {
        'app.watch': (_input, signal, emit) => {
          signals.push(signal)
          emit(circle as never)
          return untilAborted(signal)
        },
      },
    })
    expect((await errorOf(here.remote.call('update.check', {}))).code).toBe('internal')
    const stream = here.remote.stream('app.watch', {}, () => undefined, new AbortController().signal)
    expect((await errorOf(stream)).code).toBe('internal')
    expect(signals[0]?.aborted).toBe(true)
  })

  test.each([
    ['share.create', { paths: [] }],
    ['share.create', { paths: [''] }],
    ['share.create', { paths: 'x' }],
    ['share.create', null],
    ['share.create', undefined],
    ['transfer.pause', { id: 0 }],
    ['transfer.pause', { id: '1' }],
    ['transfer.pause', { id: 1.5 }],
    ['settings.change', { limits: { connections: 0 } }],
    ['settings.change', { network: { portRange: { from: 3000, to: 2000 } } }],
  ] as const)('%s with %j never reaches its handler', async (name, input) => {
    const handler = vi.fn<() => Promise<{ id: number; link: string }>>(() =>
      Promise.resolve({ id: 1, link: '' }),
    )
    await using here = await serve({ calls: { [name]: handler } })
    const error = await errorOf(here.remote.call(name, input as never))
    // Without an input the message itself is not valid, which ends the connection.
    expect(error.code).toBe(input === undefined ? 'api.closed' : 'settings.bad-value')
    expect(handler).not.toHaveBeenCalled()
  })

  test('a refused input is told by its field, and never repeated', async () => {
    await using here = await serve({})
    const input = { general: { theme: 'secret' } }
    const error = await errorOf(here.remote.call('settings.change', input as never))
    expect(error.detail).toContain('general.theme')
    expect(error.detail).not.toContain('secret')
  })

  test.each(['constructor', 'toString', '__proto__', 'share', 'no.such'])(
    'the name %s is not in the contract',
    async (name) => {
      await using here = await serve({})
      expect((await errorOf(here.remote.call(name as 'update.check', {}))).code).toBe('api.unavailable')
    },
  )

  test('what a handler should not have answered is refused by the page', async () => {
    await using here = await serve({
      calls: {
        'host.space': () => Promise.resolve({ freeBytes: -1, exists: true, isWritable: true }),
        'host.choose': () => Promise.resolve({ paths: ['fine'] }),
      },
    })
    expect((await errorOf(here.remote.call('host.space', { path: '/' }))).code).toBe('api.protocol')
    expect(await here.remote.call('host.choose', { what: 'files', startAt: null })).toEqual({
      paths: ['fine'],
    })
  })

  test('an abort rejects at once and reaches the handler', async () => {
    const signals: AbortSignal[] = []
    await using here = await serve({
      calls: {
        'update.check': (_input, signal) => {
          signals.push(signal)
          return untilAborted(signal)
        },
      },
    })
    const controller = new AbortController()
    const call = errorOf(here.remote.call('update.check', {}, controller.signal))
    await waitFor(() => expect(signals).toHaveLength(1))
    controller.abort()
    expect((await call).code).toBe('transfer.stopped')
    await waitFor(() => expect(signals[0]?.aborted).toBe(true))
    expect(here.internals).toEqual([])
  })

  test('what was aborted before it began is not sent', async () => {
    const handler = vi.fn<() => Promise<object>>(() => Promise.resolve({}))
    await using here = await serve({ calls: { 'update.check': handler, 'update.download': handler } })
    expect((await errorOf(here.remote.call('update.check', {}, AbortSignal.abort()))).code).toBe(
      'transfer.stopped',
    )
    await here.remote.call('update.download', {})
    expect(handler).toHaveBeenCalledTimes(1)
  })

  test('an aborted stream delivers nothing more, whatever its handler goes on to do', async () => {
    const goOn = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    await using here = await serve({
      streams: {
        'app.watch': async (_input, _signal, emit) => {
          emit(LINK_EVENT('before'))
          await goOn.promise
          emit(LINK_EVENT('after'))
          ended.resolve()
        },
      },
      calls: { 'update.check': () => Promise.resolve({}) },
    })
    const controller = new AbortController()
    const seen: unknown[] = []
    const stream = errorOf(
      here.remote.stream('app.watch', {}, (event) => seen.push(event), controller.signal),
    )
    await waitFor(() => expect(seen).toHaveLength(1))
    controller.abort()
    expect((await stream).code).toBe('transfer.stopped')
    goOn.resolve()
    await ended.promise
    await here.remote.call('update.check', {})
    expect(seen).toEqual([LINK_EVENT('before')])
  })

  test('a handler that emits after its end is not heard', async () => {
    let late: () => void = () => undefined
    await using here = await serve({
      streams: {
        'app.watch': (_input, _signal, emit) => {
          late = () => emit(LINK_EVENT('late'))
          return Promise.resolve()
        },
      },
      calls: { 'update.check': () => Promise.resolve({}) },
    })
    const seen: unknown[] = []
    await here.remote.stream('app.watch', {}, (event) => seen.push(event), new AbortController().signal)
    late()
    await here.remote.call('update.check', {})
    expect(seen).toEqual([])
  })

  test('a page that throws at an item loses this stream and nothing else', async () => {
    const signals: AbortSignal[] = []
    await using here = await serve({
      streams: {
        'app.watch': (_input, signal, emit) => {
          signals.push(signal)
          emit(LINK_EVENT('one'))
          emit(LINK_EVENT('two'))
          return untilAborted(signal)
        },
      },
      calls: { 'update.check': () => Promise.resolve({}) },
    })
    const seen: unknown[] = []
    const stream = here.remote.stream(
      'app.watch',
      {},
      (event) => {
        seen.push(event)
        throw new Error('a bug of the page')
      },
      new AbortController().signal,
    )
    expect((await errorOf(stream)).code).toBe('internal')
    await waitFor(() => expect(signals[0]?.aborted).toBe(true))
    expect(await here.remote.call('update.check', {})).toEqual({})
    expect(seen).toHaveLength(1)
  })

  test.each(['page', 'engine'] as const)('what is in flight fails when the %s closes', async (closer) => {
    const signals: AbortSignal[] = []
    const wait = (_input: unknown, signal: AbortSignal): Promise<never> => {
      signals.push(signal)
      return untilAborted(signal)
    }
    await using here = await serve({ calls: { 'update.check': wait }, streams: { 'app.watch': wait } })
    const call = errorOf(here.remote.call('update.check', {}))
    const stream = errorOf(here.remote.stream('app.watch', {}, () => undefined, new AbortController().signal))
    await waitFor(() => expect(signals).toHaveLength(2))
    if (closer === 'page') here.remote.close()
    else here.close()
    expect([(await call).code, (await stream).code]).toEqual(['api.closed', 'api.closed'])
    await here.remote.closed
    await waitFor(() => expect(signals.map((signal) => signal.aborted)).toEqual([true, true]))
    expect((await errorOf(here.remote.call('update.check', {}))).code).toBe('api.closed')
    expect(here.internals).toEqual([])
  })

  test('more at once than one page can need is refused, without ending the rest', async () => {
    let running = 0
    const goOn = Promise.withResolvers<object>()
    await using here = await serve({
      calls: {
        'update.check': () => {
          running++
          return goOn.promise
        },
        'update.download': () => Promise.resolve({}),
      },
    })
    const all = Array.from({ length: MAX_IN_FLIGHT }, () => here.remote.call('update.check', {}))
    const surplus = await errorOf(here.remote.call('update.download', {}))
    expect([surplus.code, running]).toEqual(['api.unavailable', MAX_IN_FLIGHT])
    goOn.resolve({})
    await Promise.all(all)
    expect(await here.remote.call('update.download', {})).toEqual({})
  })

  test('cancelling does not make room before the handler has ended', async () => {
    const goOn = Promise.withResolvers<object>()
    await using here = await serve({
      calls: { 'update.check': () => goOn.promise, 'update.download': () => Promise.resolve({}) },
    })
    const controller = new AbortController()
    const all = Array.from({ length: MAX_IN_FLIGHT }, () =>
      errorOf(here.remote.call('update.check', {}, controller.signal)),
    )
    controller.abort()
    await Promise.all(all)
    expect((await errorOf(here.remote.call('update.download', {}))).code).toBe('api.unavailable')
    goOn.resolve({})
    await waitFor(async () => expect(await here.remote.call('update.download', {})).toEqual({}))
  })

  test.each([
    ['{"type":"surprise"}'],
    ['{"type":"done","id":99,"output":{}}'],
    ['{"type":"fail","id":1,"code":"no.such","detail":null}'],
    ['nonsense'],
  ])('an engine that says %s is left', async (text) => {
    await using here = await serve({ calls: { 'update.check': (_input, signal) => untilAborted(signal) } })
    const call = errorOf(here.remote.call('update.check', {}))
    here.engine.send(text)
    expect((await call).code).toBe('api.protocol')
    await here.remote.closed
  })
}

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ReconnectingEngine } from '#renderer/connection/engine.ts'
import type { Remote } from '#shared/api/contract.ts'
import { AppError } from '#shared/errors.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

class FakeRemote implements Remote {
  readonly closed: Promise<void>
  readonly close: () => void

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    this.close = resolve
  }

  call(): Promise<never> {
    return Promise.reject(new AppError('transfer.unknown'))
  }

  stream(): Promise<void> {
    return Promise.resolve()
  }
}

const NEVER = new AbortController().signal

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )
  return error instanceof AppError ? error.code : String(error)
}

test('a connection that is lost is opened again, and whoever watches is told each time', async () => {
  const remotes: FakeRemote[] = []
  const online = vi.fn<(remote: Remote) => void>()
  const engine = new ReconnectingEngine(() => {
    const remote = new FakeRemote()
    remotes.push(remote)
    return Promise.resolve(remote)
  }, online)
  const states: string[] = []
  engine.onState(() => states.push(engine.state))
  const stopping = new AbortController()
  const run = engine.run(stopping.signal)
  await vi.advanceTimersByTimeAsync(1)
  remotes[0]?.close()
  await vi.advanceTimersByTimeAsync(1)
  expect(engine.state).toBe('lost')
  expect(await codeOf(engine.call('host.folder', { path: null }))).toBe('api.closed')
  await vi.advanceTimersByTimeAsync(1000)
  expect(states).toEqual(['online', 'lost', 'online'])
  expect(online).toHaveBeenCalledTimes(2)
  // What the engine itself answers comes through.
  expect(await codeOf(engine.call('host.folder', { path: null }))).toBe('transfer.unknown')
  stopping.abort()
  remotes[1]?.close()
  await vi.advanceTimersByTimeAsync(10_000)
  await run
  expect(remotes).toHaveLength(2)
})

test('an engine that stays away is asked for less and less often, but never given up', async () => {
  const connect = vi.fn<() => Promise<Remote>>(() => Promise.reject(new AppError('api.closed')))
  const engine = new ReconnectingEngine(connect, () => undefined)
  void engine.run(NEVER)
  await vi.advanceTimersByTimeAsync(10_000)
  const first = connect.mock.calls.length
  await vi.advanceTimersByTimeAsync(60_000)
  const later = connect.mock.calls.length - first
  expect(first).toBeGreaterThanOrEqual(4)
  expect(later).toBeGreaterThanOrEqual(14)
  expect(later).toBeLessThanOrEqual(16)
})

test('what no further try can mend ends the tries', async () => {
  const login = new Error('a login is needed')
  const engine = new ReconnectingEngine(
    () => Promise.reject(login),
    () => undefined,
  )
  await expect(engine.run(NEVER)).rejects.toBe(login)
})

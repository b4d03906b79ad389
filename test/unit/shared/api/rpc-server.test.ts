/** The engine's end of the contract against a page that keeps no rule. */

import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { calls, streams } from '#shared/api/contract.ts'
import { memoryCarriers } from '#shared/api/memory-carrier.ts'
import { connectRemote } from '#shared/api/rpc-client.ts'
import { MAX_REQUEST_BYTES } from '#shared/api/rpc-messages.ts'
import { serveContract } from '#shared/api/rpc-server.ts'
import { fakeImplementation } from './fake-implementation.ts'

interface Raw {
  readonly texts: string[]
  isClosed: boolean
  readonly send: (text: string) => void
}

function connectRaw(parts: Parameters<typeof fakeImplementation>[0] = {}): Raw {
  const [page, engine] = memoryCarriers()
  const raw: Raw = { texts: [], isClosed: false, send: (text) => page.send(text) }
  page.attach({ message: (text) => raw.texts.push(text), closed: () => (raw.isClosed = true) })
  serveContract(engine, fakeImplementation(parts))
  return raw
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('the carrier is closed at', () => {
  test.each([
    ['what is no JSON', 'hello'],
    ['nothing', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['a type that is none', '{"type":"shout","id":1}'],
    ['an answer', '{"type":"done","id":1,"output":{}}'],
    ['a number that is none', '{"type":"open","id":"1","name":"update.check","input":{}}'],
    ['the number zero', '{"type":"open","id":0,"name":"update.check","input":{}}'],
    [
      'a number too large to be exact',
      '{"type":"open","id":9007199254740992,"name":"update.check","input":{}}',
    ],
    ['a name that is none', '{"type":"open","id":1,"name":["update.check"],"input":{}}'],
    ['a missing input', '{"type":"open","id":1,"name":"update.check"}'],
    ['a cancellation of what was never opened', '{"type":"cancel","id":1}'],
    ['a message that is too long', `"${'x'.repeat(MAX_REQUEST_BYTES)}"`],
    ['a message that is too long in UTF-8 alone', `"${'한'.repeat(MAX_REQUEST_BYTES / 3)}"`],
  ])('%s', async (_what, text) => {
    const raw = connectRaw()
    raw.send(text)
    await settle()
    expect([raw.isClosed, raw.texts]).toEqual([true, []])
  })

  test('a number that is used twice, and the handler runs once', async () => {
    const handler = vi.fn<() => Promise<object>>(() => Promise.resolve({}))
    const raw = connectRaw({ calls: { 'update.check': handler } })
    raw.send('{"type":"open","id":5,"name":"update.check","input":{}}')
    await settle()
    expect(raw.texts).toEqual(['{"type":"done","id":5,"output":{}}'])
    raw.send('{"type":"open","id":5,"name":"update.check","input":{}}')
    await settle()
    expect([raw.isClosed, handler.mock.calls.length]).toEqual([true, 1])
  })

  test('nothing that is merely late: a cancellation of what has ended', async () => {
    const raw = connectRaw({ calls: { 'update.check': () => Promise.resolve({}) } })
    raw.send('{"type":"open","id":1,"name":"update.check","input":{}}')
    await settle()
    raw.send('{"type":"cancel","id":1}')
    raw.send('{"type":"open","id":2,"name":"update.check","input":{}}')
    await settle()
    expect([raw.isClosed, raw.texts.length]).toEqual([false, 2])
  })
})

test('nothing is said of a stream after its end, nor after it was cancelled', async () => {
  const emits: (() => void)[] = []
  const goOn = Promise.withResolvers<void>()
  const raw = connectRaw({
    streams: {
      'app.watch': (_input, _signal, emit) => {
        emits.push(() => emit({ kind: 'link', link: 'late' }))
        return emits.length === 1 ? Promise.resolve() : goOn.promise
      },
    },
  })
  raw.send('{"type":"open","id":1,"name":"app.watch","input":{}}')
  raw.send('{"type":"open","id":2,"name":"app.watch","input":{}}')
  await settle()
  raw.send('{"type":"cancel","id":2}')
  await settle()
  for (const emit of emits) emit()
  goOn.resolve()
  await settle()
  expect(raw.texts).toEqual(['{"type":"done","id":1,"output":null}'])
})

test('nothing is accepted after a message that was refused', async () => {
  const handler = vi.fn<() => Promise<object>>(() => Promise.resolve({}))
  const raw = connectRaw({ calls: { 'update.check': handler } })
  raw.send('nonsense')
  raw.send('{"type":"open","id":1,"name":"update.check","input":{}}')
  await settle()
  expect(handler).not.toHaveBeenCalled()
})

test('a log has the rule that was broken and not the words', async () => {
  const log = vi.fn<(event: string, fields: object) => void>()
  const [page, engine] = memoryCarriers()
  serveContract(engine, fakeImplementation({}), { log })
  page.send('{"type":"open","id":1,"name":{"secret":1},"input":{}}')
  await settle()
  expect(log.mock.calls).toEqual([['api.protocol', { detail: 'name: wanted string' }]])
})

const NAMES = [...Object.keys(calls), ...Object.keys(streams), '__proto__', 'constructor', '']

/** From plain noise to messages that are almost right. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc
    .record({
      type: fc.constantFrom('open', 'cancel', 'item', 'done', 'fail', '__proto__'),
      id: fc.oneof(fc.integer({ min: -1, max: 20 }), fc.double(), fc.string()),
      name: fc.oneof(fc.constantFrom(...NAMES), fc.string()),
      input: fc.oneof(
        fc.jsonValue(),
        fc.record({ id: fc.integer() }),
        fc.record({ path: fc.string() }),
        fc.record({ paths: fc.array(fc.string()) }),
        fc.constant(JSON.parse('{"__proto__":{"id":1}}')),
      ),
    })
    .map((message) => JSON.stringify(message)),
)

test('whatever arrives, the server answers with JSON or closes, and throws nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { maxLength: 20 }), async (texts) => {
      const raw = connectRaw()
      for (const text of texts) raw.send(text)
      await settle()
      for (const text of raw.texts) {
        const answer = JSON.parse(text) as { type: string; code: string }
        expect(answer.type).toBe('fail')
        expect(['api.unavailable', 'settings.bad-value']).toContain(answer.code)
      }
    }),
    { numRuns: 500 },
  )
})

test('deep nesting is no way to end it', async () => {
  const raw = connectRaw()
  raw.send(`{"type":"open","id":1,"name":"share.create","input":${'['.repeat(1e6)}${']'.repeat(1e6)}}`)
  await settle()
  expect(raw.isClosed || raw.texts.length === 1).toBe(true)
})

test('what is too long fails by itself, on either side, and ends nothing else', async () => {
  const [page, engine] = memoryCarriers()
  const answer = 'x'.repeat(64 * 1024 * 1024)
  serveContract(
    engine,
    fakeImplementation({
      calls: {
        'host.choose': () => Promise.resolve({ paths: [answer] }),
        'update.check': () => Promise.resolve({}),
      },
    }),
  )
  const remote = connectRemote(page)
  const tooLong = { code: 'api.unavailable', detail: expect.stringContaining('too long') }
  await expect(remote.call('host.choose', { what: 'files', startAt: null })).rejects.toMatchObject(tooLong)
  const path = 'x'.repeat(MAX_REQUEST_BYTES)
  await expect(remote.call('host.space', { path })).rejects.toMatchObject(tooLong)
  expect(await remote.call('update.check', {})).toEqual({})
})

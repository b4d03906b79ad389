/** The codecs against anything the other side may send: an AppError or a valid message, nothing else. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { toBase64Url } from '#shared/encoding/base64url.ts'
import { utf8 } from '#shared/encoding/bytes.ts'
import {
  decodeClientMessage,
  decodeServerMessage,
  isOwnersOrder,
  MAX_COORDINATOR_MESSAGE_BYTES,
  MAX_SIGNAL_BYTES,
  signOrder,
  type ClientMessage,
  type ServerMessage,
} from '#shared/protocol/coordinator-messages.ts'
import { createShareKeys, peerIdOf, topicOf } from '#shared/share/keys.ts'
import { deleteMessage, putMessage, randomTopic } from './raw-device.ts'

const keys = createShareKeys()
const topic = topicOf(keys.publicKey)
const peer = peerIdOf(utf8('some token bytes'))
const box = 'AAAA'

const clientMessages: ClientMessage[] = [
  { type: 'join', id: 1, topic, token: toBase64Url(utf8('sixteen bytes…!!')) },
  { type: 'leave', topic },
  { type: 'signal', topic, to: peer, box },
  { type: 'peers', id: 0, topic },
  { type: 'summary.get', id: 2, topic },
  putMessage(keys, { box: utf8('box'), atMs: 5, expiresAtMs: 6 }),
  deleteMessage(keys, 7),
]
const serverMessages: ServerMessage[] = [
  {
    type: 'joined',
    id: 1,
    topic,
    you: peer,
    peers: [peer],
    count: 2,
    iceServers: [{ urls: ['turn:192.0.2.1:3478'], username: 'u', credential: 'c' }],
  },
  { type: 'peer.joined', topic, peer },
  { type: 'peer.left', topic, peer },
  { type: 'peers', id: 1, topic, peers: [] },
  { type: 'signal', topic, from: peer, box },
  { type: 'signal.undelivered', topic, to: peer },
  { type: 'summary', id: 1, topic, box: null },
  { type: 'done', id: 1 },
  { type: 'refused', reason: 'stale' },
]

/** A value that stands where another was: wrong types, extremes, and things that JavaScript treats in its own way. */
const strange = fc.oneof(
  fc.json().map((text): unknown => JSON.parse(text)),
  fc.constantFrom<unknown>(null, true, -1, 0.5, 1e308, 2 ** 53, '', '\0', '__proto__', [], {}, [[]]),
  fc.string({ unit: 'binary', maxLength: 80 }),
)

/** Changes of a valid message: a field replaced, dropped, added; then letters of the text changed, cut or doubled. */
function mutated(messages: readonly object[]): fc.Arbitrary<string> {
  const field = fc.tuple(
    fc.constantFrom('replace', 'drop', 'add', 'keep'),
    fc.nat(),
    strange,
    fc.constantFrom('__proto__', 'constructor', 'toString', 'type', 'id', 'x'),
  )
  const text = fc.tuple(
    fc.constantFrom('set', 'cut', 'double', 'keep', 'keep'),
    fc.nat(),
    fc.string({ maxLength: 3 }),
  )
  return fc
    .tuple(fc.constantFrom(...messages), field, text)
    .map(([message, [how, at, value, name], [edit, where, letters]]) => {
      const entries = Object.entries(message)
      const index = at % entries.length
      const key = entries[index]?.[0] ?? ''
      if (how === 'replace') entries[index] = [key, value]
      if (how === 'drop') entries.splice(index, 1)
      const added = how === 'add' ? `,${JSON.stringify(name)}:${JSON.stringify(value)}` : ''
      const json = `${JSON.stringify(Object.fromEntries(entries)).slice(0, -1)}${added}}`
      const cut = where % (json.length + 1)
      if (edit === 'set') return json.slice(0, cut) + letters + json.slice(cut + letters.length)
      if (edit === 'cut') return json.slice(0, cut)
      return edit === 'double' ? json + json.slice(cut) : json
    })
}

describe.each<[string, (text: string) => unknown, readonly object[]]>([
  ['client', decodeClientMessage, clientMessages],
  ['server', decodeServerMessage, serverMessages],
])('a %s message', (_side, decode, messages) => {
  test.each(messages.map((message) => [Reflect.get(message, 'type'), message]))(
    '%s survives the way',
    (_type, message) => {
      expect(decode(JSON.stringify(message))).toEqual(message)
    },
  )

  test('that was changed is read or refused with an AppError', () => {
    let refused = 0
    const attempt = (text: string): unknown => {
      try {
        return decode(text)
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'coordinator.protocol') throw thrown
        refused++
        return undefined
      }
    }
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: mutated(messages) }, fc.string()), (text) => {
        const message = attempt(text)
        // What was let through is inside the schema: it survives the way as it is.
        const again = message === undefined ? undefined : attempt(JSON.stringify(message))
        expect(again).toEqual(message)
      }),
      { numRuns: 10_000 },
    )
    expect(refused).toBeGreaterThan(2000)
  })

  test('that is longer than any is refused before it is parsed', () => {
    expect(() => decode(' '.repeat(MAX_COORDINATOR_MESSAGE_BYTES + 1))).toThrow(AppError)
  })

  test('that is nested very deeply is refused', () => {
    expect(() => decode('['.repeat(40_000) + ']'.repeat(40_000))).toThrow(AppError)
  })
})

test.each([
  ['an unknown type', { type: 'shout', id: 1 }],
  ['a box beyond the size', { ...clientMessages[2], box: toBase64Url(new Uint8Array(MAX_SIGNAL_BYTES + 1)) }],
  ['an empty box', { ...clientMessages[2], box: '' }],
  ['a padded box', { ...clientMessages[2], box: 'AAA=' }],
  ['an upper-case topic', { ...clientMessages[3], topic: topic.toUpperCase() }],
  ['a negative id', { ...clientMessages[3], id: -1 }],
  ['an id that is no integer', { ...clientMessages[3], id: 1.5 }],
])('%s is refused', (_what, message) => {
  expect(() => decodeClientMessage(JSON.stringify(message))).toThrow(AppError)
})

test('an order is its owner’s only with his key, his topic and every byte as it was signed', () => {
  const order = { kind: 'put', topic, box: utf8('box'), atMs: 5, expiresAtMs: 6 } as const
  const signature = signOrder(order, keys.privateKey)
  expect(isOwnersOrder(order, keys.publicKey, signature)).toBe(true)
  const stranger = createShareKeys()
  expect(isOwnersOrder(order, stranger.publicKey, signOrder(order, stranger.privateKey))).toBe(false)
  const changed = [
    { ...order, box: utf8('bax') },
    { ...order, atMs: 6 },
    { ...order, expiresAtMs: 7 },
    { ...order, atMs: 56, expiresAtMs: 6 },
    { ...order, topic: randomTopic() },
    { kind: 'delete', topic, atMs: 5 } as const,
  ]
  for (const other of changed) expect(isOwnersOrder(other, keys.publicKey, signature)).toBe(false)
})

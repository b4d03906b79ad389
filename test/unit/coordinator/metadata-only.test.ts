/** The coordinator's promise: after a whole exchange, nothing readable is in its file, its log or its traffic. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startCoordinator } from '#coordinator/server.ts'
import { SqliteSummaryStore } from '#coordinator/sqlite-summary-store.ts'
import { fromBase64Url } from '#shared/encoding/base64url.ts'
import { LaneId, SignalBox, type Signal } from '#shared/protocol/signals.ts'
import { createShareKeys, topicOf } from '#shared/share/keys.ts'
import { encodeManifest } from '#shared/share/manifest-codec.ts'
import type { Manifest } from '#shared/share/manifest.ts'
import { openSummary, sealSummary, summarize } from '#shared/share/summary.ts'
import * as v from 'valibot'
import { deleteMessage, putMessage, RawDevice, textOf } from './raw-device.ts'

const FILE_NAME = 'divorce-papers-final.pdf'
const TITLE = 'for my lawyer only'
const SENDER = 'Marianne’s laptop'
const CANDIDATE = 'candidate:1 1 UDP 2122317823 203.0.113.77 51234 typ srflx raddr 192.168.178.23 rport 51234'
const FINGERPRINT = 'a=fingerprint:sha-256 AB:CD:EF:01:23:45'
const SECRETS = [
  FILE_NAME,
  TITLE,
  SENDER,
  CANDIDATE,
  '203.0.113.77',
  '192.168.178.23',
  FINGERPRINT,
  'a=finger',
]

test('a whole exchange leaves no name, candidate, peer or topic where it does not belong', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'beeline-metadata-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const log: string[] = []
  const traffic: string[] = []
  const keys = createShareKeys()
  const topic = topicOf(keys.publicKey)
  const store = new SqliteSummaryStore(path.join(folder, 'coordinator.db'))
  await using coordinator = await startCoordinator({
    host: '127.0.0.1',
    port: 0,
    store,
    log: (event, fields) => log.push(`${event} ${JSON.stringify(fields)}`),
  })
  const sender = await RawDevice.open(coordinator.port)
  const receiver = await RawDevice.open(coordinator.port)
  for (const device of [sender, receiver]) {
    device.socket.on('message', (data) => traffic.push(textOf(data)))
    const send = device.socket.send.bind(device.socket)
    device.say = (message) => {
      traffic.push(JSON.stringify(message))
      send(JSON.stringify(message))
    }
  }

  const manifest: Manifest = {
    entries: [{ kind: 'file', path: FILE_NAME, sizeBytes: 5, mtimeMs: 0, isExecutable: false }],
  }
  const summary = summarize({
    title: TITLE,
    sender: SENDER,
    createdAtMs: 1,
    pieceBytes: 256 * 1024,
    manifest,
    manifestBytes: encodeManifest(manifest),
  })
  const sealed = sealSummary(summary, keys, keys.privateKey)
  await sender.join(topic)
  sender.say(putMessage(keys, { box: sealed, atMs: Date.now(), expiresAtMs: Date.now() + 60_000 }))
  await sender.hear('done')
  await receiver.join(topic)
  receiver.say({ type: 'summary.get', id: 3, topic })
  const got = fromBase64Url((await receiver.hear('summary')).box ?? '')
  expect(openSummary(got ?? new Uint8Array(0), keys).title).toBe(TITLE)

  const box = new SignalBox(keys)
  const lane = v.parse(LaneId, '0123456789abcdef')
  const signals: Signal[] = [
    { kind: 'offer', lane, sdp: `v=0\r\n${FINGERPRINT}\r\n` },
    { kind: 'candidate', lane, candidate: CANDIDATE, mid: '0' },
  ]
  for (const signal of signals) {
    receiver.say({
      type: 'signal',
      topic,
      to: sender.peer,
      box: box.seal(signal, receiver.peer, sender.peer),
    })
    const heard = await sender.hear('signal')
    expect(box.open(heard.box, heard.from, sender.peer)).toEqual(signal)
  }
  // Refusals too must not say what they refused.
  receiver.socket.send(`{"type":"${FILE_NAME}","topic":"${topic}"}`)
  await receiver.hear('refused')

  // Unpadded base64 of a text depends on its offset; what stands for its middle does not, so all three are sought.
  const forms = SECRETS.flatMap((secret) => [
    secret,
    ...[0, 1, 2].map((shift) =>
      Buffer.from(`${'x'.repeat(shift)}${secret}`)
        .toString('base64url')
        .slice(4, -4),
    ),
    Buffer.from(secret).toString('hex'),
  ]).filter((form) => form.length >= 6)
  const readFiles = (): Buffer =>
    Buffer.concat(readdirSync(folder).map((name) => readFileSync(path.join(folder, name))))
  const isIn = (haystack: Buffer, needles: readonly string[]): string[] =>
    needles.filter((needle) => haystack.includes(needle))

  const live = readFiles()
  expect(live.length).toBeGreaterThan(1000)
  expect(live.includes(topic)).toBe(true) // the search finds what is there
  expect(isIn(live, forms)).toEqual([])
  expect(isIn(live, [sender.peer, receiver.peer, '127.0.0.1'])).toEqual([])
  expect(traffic.length).toBeGreaterThan(10)
  expect(isIn(Buffer.from(traffic.join('\n')), forms)).toEqual([])

  sender.say(deleteMessage(keys, Date.now() + 1000))
  await sender.hear('done')
  await sender[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  await coordinator.close()
  await store.close()
  expect(readFiles().includes(Buffer.from(sealed.subarray(0, 32)))).toBe(false)

  expect(log.length).toBeGreaterThan(4)
  const parts = [topic, sender.peer, receiver.peer, '127.0.0.1', topic.slice(0, 8), sender.peer.slice(0, 8)]
  expect(isIn(Buffer.from(log.join('\n')), [...forms, ...parts])).toEqual([])
})

/** Peers that ask a sender for too much, and ones that play with signals: it keeps running and serves honest receivers. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { randomBytes, toHex } from '#shared/encoding/bytes.ts'
import type { PeerMessage } from '#shared/protocol/peer-messages.ts'
import type { Signal } from '#shared/protocol/signals.ts'
import type { PeerId } from '#shared/share/keys.ts'
import { BeelineProcess } from './harness/beeline-process.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { HELLO, HostilePeer, newLane, type Manners } from './harness/hostile-peer.ts'
import { RawConnection } from './harness/raw-connection.ts'
import { seededRandom } from './harness/seeded-random.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { compareFolders, writeFile, writeRandomFile } from './harness/trees.ts'
import { TrueShare } from './harness/true-share.ts'

const MIB = 1024 * 1024
const MAX_RESIDENT_BYTES = 400 * MIB

let stack: AsyncDisposableStack
let folder: TempFolder
let share: TrueShare
/** A receiver that has everything and seeds: a process of its own, so that a crash is seen. */
let victim: BeelineProcess
let victimId: PeerId
let peakBytes = 0

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  folder = stack.use(await TempFolder.create())
  writeRandomFile(folder.at('tree/large.bin'), 12 * MIB)
  for (let i = 0; i < 250; i++) writeFile(folder.at('tree/small', `${'name '.repeat(30)}${i}`), `${i}`)
  share = stack.use(await TrueShare.create(folder.at('tree'), folder.at('owner')))
  const owner = await share.serve()
  victim = stack.use(
    new BeelineProcess(['get', share.link, '--to', folder.at('seed'), '--yes', '--seed'], {
      home: folder.at('victim'),
    }),
  )
  await victim.event('done')
  await owner.stop()
  peakBytes = 0
  const timer = setInterval(() => {
    if (victim.isRunning) peakBytes = Math.max(peakBytes, victim.residentBytes)
  }, 20)
  stack.defer(() => clearInterval(timer))
})

afterEach(() => stack.disposeAsync())

/** A hostile peer that knows who its victim is. */
async function join(manners: Manners = {}): Promise<HostilePeer> {
  const peer = stack.use(await HostilePeer.join(share, manners))
  victimId = await eventually('the victim in the topic', () => peer.present[0])
  return peer
}

/** Somebody honest joins, and gets everything from the victim. @returns what is wrong with that, nothing if all is well */
async function problemsOfOthers(): Promise<string[]> {
  const receiver = stack.use(
    new BeelineProcess(['get', share.link, '--to', folder.at('got'), '--yes'], { home: folder.at('honest') }),
  )
  const { code } = await receiver.ending()
  if (code !== 0) return [`it ended with ${code}: ${receiver.describe()}`, victim.describe()]
  const problems = compareFolders(folder.at('tree'), folder.at('got/tree'))
  if (!victim.isRunning) problems.push(`the victim did not survive: ${victim.describe()}`)
  if (peakBytes >= MAX_RESIDENT_BYTES) problems.push(`the victim took ${peakBytes} bytes of memory`)
  return problems
}

const request = (piece: number, first: number, count: number): PeerMessage => ({
  type: 'request',
  ranges: [[piece, first, count]],
})

test.each<readonly [what: string, ban: RegExp | undefined, messages: () => readonly PeerMessage[]]>([
  [
    '10,000 requests at once',
    /too many requests at once/,
    () => Array.from({ length: 10_000 }, (_, i) => request(i % share.layout.pieceCount, 0, 1)),
  ],
  [
    '512 whole pieces in two requests',
    /too many requests at once/,
    () =>
      [0, 1].map(() => ({
        type: 'request',
        ranges: Array.from({ length: 256 }, () => [0, 0, share.layout.blockCount(0)]),
      })),
  ],
  ['a piece that does not exist', /out of range/, () => [request(share.layout.pieceCount, 0, 1)]],
  ['more blocks than a piece has', /out of range/, () => [request(0, 0, share.layout.blockCount(0) + 1)]],
  [
    '20,000 times the description',
    undefined,
    () => Array.from({ length: 20_000 }, () => ({ type: 'summary.get' }) as const),
  ],
  [
    '10,000 times the whole list',
    /too many requests at once/,
    // All of it each time: with a little of it a busy machine answers as fast as this one asks.
    () => {
      const ask = { type: 'manifest.get', offset: 0, length: share.manifestBytes.length } as const
      return Array.from({ length: 10_000 }, () => ask)
    },
  ],
  [
    '100,000 pongs',
    undefined,
    () => Array.from({ length: 100_000 }, (_, id) => ({ type: 'ping', id }) as const),
  ],
])('whoever asks for %s does not bring the sender down', async (_what, ban, messages) => {
  const peer = await join()
  peer.connect(victimId)
  const connection = await peer.connected()
  for (const message of messages()) peer.say(connection, message)
  if (ban === undefined) await sleep(1500)
  else await eventually('the ban', () => victim.lastWords.includes('peer.banned'))
  expect(victim.lastWords).toMatch(ban ?? /coordinator\.online/)
  expect(await problemsOfOthers()).toEqual([])
})

test('blocks that are asked for and cancelled again and again do not bring the sender down', async () => {
  const peer = await join()
  peer.connect(victimId)
  const connection = await peer.connected()
  for (let i = 0; i < 5000; i++) {
    const piece = i % share.layout.pieceCount
    peer.say(connection, request(piece, 0, 1))
    peer.say(connection, { type: 'cancel', ranges: [[piece, 0, 1]] })
  }
  expect(await problemsOfOthers()).toEqual([])
})

test('a peer that offers 100 lanes gets some, and the others are refused', async () => {
  const peer = await join({ greet: (connection, me) => me.say(connection, HELLO) })
  for (let i = 0; i < 100; i++) peer.connect(victimId)
  await eventually('refusals', () => {
    const refused = peer.signals.filter(({ signal }) => signal.kind === 'refuse').length
    return refused >= 80
  })
  expect(await problemsOfOthers()).toEqual([])
})

const CANDIDATE = 'candidate:1 1 UDP 2122317823 127.0.0.1 9 typ host'

/** A true offer, made without being sent. */
async function offerOf(peer: HostilePeer): Promise<Extract<Signal, { kind: 'offer' }>> {
  const lane = newLane()
  const found = Promise.withResolvers<Extract<Signal, { kind: 'offer' }>>()
  const connection = new RawConnection(lane, {
    signal: (signal) => {
      if (signal.kind === 'offer') found.resolve(signal)
    },
    opened: () => undefined,
    text: () => undefined,
    bytes: () => undefined,
  })
  peer.connections.push(connection)
  connection.offer()
  return found.promise
}

test('candidates before their offer, offers twice and signals played again do no harm', async () => {
  const peer = await join({ connects: false })
  for (let i = 0; i < 200; i++) {
    peer.signal(victimId, { kind: 'candidate', lane: newLane(), candidate: CANDIDATE, mid: '0' })
  }
  const offer = await offerOf(peer)
  for (let i = 0; i < 100; i++) {
    peer.signal(victimId, { kind: 'candidate', lane: offer.lane, candidate: CANDIDATE, mid: '0' })
  }
  const box = peer.signal(victimId, offer)
  for (let i = 0; i < 50; i++) peer.session.signal(victimId, box)
  await eventually('an answer', () =>
    peer.signals.some(({ signal }) => signal.kind === 'answer' && signal.lane === offer.lane),
  )
  const answers = peer.signals.filter(({ signal }) => signal.kind === 'answer')
  expect(answers.length).toBe(1)
  // An answer to an answer, and an answer to an offer that was never made.
  for (const lane of [offer.lane, newLane()]) {
    peer.signal(victimId, { kind: 'answer', lane, sdp: offer.sdp })
    peer.signal(victimId, { kind: 'refuse', lane, reason: 'full' })
  }
  expect(await problemsOfOthers()).toEqual([])
})

test('boxes that do not open, or that were sealed for others, are dropped', async () => {
  const peer = await join({ connects: false })
  const offer = await offerOf(peer)
  const other = toHex(randomBytes(16)) as PeerId
  const foreign = peer.box.seal(offer, other, victimId)
  for (let i = 0; i < 100; i++) {
    peer.session.signal(victimId, foreign)
    peer.session.signal(victimId, 'A'.repeat(200))
  }
  expect(await problemsOfOthers()).toEqual([])
  expect(peer.signals.filter(({ signal }) => signal.kind === 'answer')).toEqual([])
})

test('descriptions and candidates that are garbage, sealed as they should be, do not end the process', async () => {
  const peer = await join({ connects: false })
  const random = seededRandom()
  const { sdp } = await offerOf(peer)
  const lines = sdp.split('\r\n')
  const spoil = (): string => {
    const copy = [...lines]
    for (let times = 1 + random.below(4); times > 0; times--) {
      const at = random.below(copy.length)
      const line = copy[at] ?? ''
      const letter = random.below(Math.max(1, line.length))
      const noise = ['', '0', '-1', '99999999999', '\0', 'é', '\r', 'a=', '%s%n', 'x'.repeat(300)][
        random.below(10)
      ]
      switch (random.below(5)) {
        case 0:
          copy.splice(at, 1)
          break
        case 1:
          copy.splice(at, 0, line)
          break
        case 2:
          copy[at] = copy[random.below(copy.length)] ?? ''
          break
        case 3:
          copy[at] = line.slice(0, letter) + noise + line.slice(letter + 1)
          break
        default:
          copy[at] = line.replace(/\d+/, String(noise))
      }
    }
    return copy.join('\r\n')
  }
  for (let i = 0; i < 400; i++) {
    const lane = newLane()
    peer.signal(victimId, { kind: 'offer', lane, sdp: spoil() })
    peer.signal(victimId, {
      kind: 'candidate',
      lane,
      candidate: spoilCandidate((limit) => random.below(limit)),
      mid: '0',
    })
    if (i % 20 === 0) await sleep(10)
  }
  expect(await problemsOfOthers()).toEqual([])
  console.log(`seed ${random.seed}`)
})

function spoilCandidate(below: (limit: number) => number): string {
  const parts = CANDIDATE.split(' ')
  const noise = [
    '',
    '0',
    '-1',
    '999999999999',
    '::',
    '256.256.256.256',
    'x'.repeat(60),
    'ffff.local',
    '\0',
    '%s',
  ]
  parts[below(parts.length)] = noise[below(noise.length)] ?? ''
  return parts.join(' ')
}

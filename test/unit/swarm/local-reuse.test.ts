/** Pieces that stand elsewhere on the disk, on a virtual clock: taken where they are the same, fetched where not. */

import { expect, test } from 'vitest'
import { equalBytes } from '#shared/encoding/bytes.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import { MemoryLane } from './memory-lane.ts'
import { Device, MemoryStore, recordOf, VirtualSwarm } from './virtual-swarm.ts'

const KIB = 1024
const PIECE = 256 * KIB
const COUNT = 16

/** Has some of the pieces in other files, perhaps changed meanwhile. */
class StoreWithElsewhere extends MemoryStore {
  readonly elsewhere: ReadonlySet<number>
  readonly taken: number[] = []
  readonly #content: Uint8Array
  readonly #changed: ReadonlySet<number>

  constructor(swarm: VirtualSwarm, elsewhere: readonly number[], changed: readonly number[] = []) {
    super(swarm.layout, undefined)
    this.elsewhere = new Set(elsewhere)
    this.#content = swarm.content
    this.#changed = new Set(changed)
  }

  async takeFromElsewhere(record: PieceRecord): Promise<boolean> {
    const start = record.index * this.layout.pieceBytes
    const bytes = this.#content.slice(start, start + this.layout.bytesOf(record.index))
    if (this.#changed.has(record.index)) bytes[0] = (bytes[0] ?? 0) ^ 1
    if (!equalBytes(recordOf(record.index, bytes).hash, record.hash)) return false
    const isWritten = (await this.writePiece(record, bytes)) === 'written'
    if (isWritten) this.taken.push(record.index)
    return isWritten
  }
}

function setUp(elsewhere: readonly number[], changed?: readonly number[]) {
  const swarm = new VirtualSwarm(COUNT * PIECE, PIECE)
  const seeder = swarm.add('seeder')
  const store = new StoreWithElsewhere(swarm, elsewhere, changed)
  const receiver = new Device(swarm.clock, 9, store)
  return { swarm, seeder, store, receiver }
}

const ALL = Array.from({ length: COUNT }, (_, piece) => piece)

test('what is the same elsewhere is not fetched', async () => {
  const { swarm, seeder, store, receiver } = setUp([0, 1, 2, 3, 4, 5, 11])
  swarm.connect(seeder, receiver)
  expect(await swarm.finish(60_000, receiver)).toBe(true)
  expect([...store.taken].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 11])
  expect(receiver.swarm.traffic.receivedBytes).toBe((COUNT - 7) * PIECE)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('what has changed elsewhere is fetched, and nobody is blamed', async () => {
  const { swarm, seeder, store, receiver } = setUp(ALL, [3, 7])
  swarm.connect(seeder, receiver)
  expect(await swarm.finish(60_000, receiver)).toBe(true)
  expect(store.taken).toHaveLength(COUNT - 2)
  expect(receiver.swarm.traffic.receivedBytes).toBe(2 * PIECE)
  expect(receiver.banned.size).toBe(0)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

/** A peer's end of a lane by hand: greets, says that it has everything, and answers as it is told to. */
function byHand(
  { swarm, receiver }: ReturnType<typeof setUp>,
  number: number,
  answer: (pieces: readonly number[]) => object | undefined,
): { questions: number } {
  const [lane, theirs] = swarm.lane()
  const seen = { questions: 0 }
  lane.attach({
    control: (text) => {
      const message = JSON.parse(text) as { type: string; pieces: number[] }
      if (message.type !== 'records.get') return
      seen.questions++
      const reply = answer(message.pieces)
      if (reply !== undefined) lane.sendControl(JSON.stringify({ type: 'records', ...reply }))
    },
    frame: () => undefined,
    writable: () => undefined,
    closed: () => undefined,
  })
  receiver.swarm.addLane(
    new Device(swarm.clock, number, new MemoryStore(swarm.layout, undefined)).peer,
    theirs,
  )
  const hello = { type: 'hello', version: 1, features: [], name: '', agent: '' }
  lane.sendControl(JSON.stringify(hello))
  lane.sendControl(JSON.stringify({ type: 'bitfield', bits: Buffer.from([255, 255]).toString('base64url') }))
  return seen
}

test('a peer that does not know the question costs a wait, and everything is fetched from others', async () => {
  const world = setUp(ALL)
  const silent = byHand(world, 5, () => undefined)
  await world.swarm.clock.run(5000, () => false)
  expect(silent.questions).toBe(1)
  world.swarm.connect(world.seeder, world.receiver)
  expect(await world.swarm.finish(120_000, world.receiver)).toBe(true)
  expect(world.swarm.isIdentical(world.receiver)).toBe(true)
})

test.each([
  [
    'of a piece that nobody asked for',
    (pieces: readonly number[]) => ({ asked: [...pieces, 15], records: [] }),
  ],
  [
    'that are too short',
    (pieces: readonly number[]) => ({ asked: pieces, records: [[pieces[0], 'AAAA', 'AAAA']] }),
  ],
  [
    'for other pieces',
    (pieces: readonly number[]) => ({ asked: pieces.map((piece) => piece + 1), records: [] }),
  ],
])('records %s end the connection', async (_what, answer) => {
  const world = setUp([0, 1, 2])
  byHand(world, 5, answer)
  await world.swarm.clock.run(5000, () => world.receiver.banned.size > 0)
  expect([...world.receiver.banned.values()].map(({ code }) => code)).toEqual(['peer.protocol'])
})

test('a wrong record only means that the piece is fetched', async () => {
  const world = setUp(ALL)
  const wrong = Buffer.alloc(32, 7).toString('base64url')
  byHand(world, 5, (pieces) => ({
    asked: pieces,
    records: pieces.map((piece) => [piece, wrong, Buffer.alloc(64).toString('base64url')]),
  }))
  await world.swarm.clock.run(5000, () => false)
  expect(world.store.taken).toEqual([])
  world.swarm.connect(world.seeder, world.receiver)
  expect(await world.swarm.finish(120_000, world.receiver)).toBe(true)
  expect(world.swarm.isIdentical(world.receiver)).toBe(true)
})

test('a peer that asks for records without end, or for pieces that do not exist, is shut out', async () => {
  for (const pieces of [[0], [COUNT]]) {
    const world = setUp([])
    // A slow disk: the first question is not answered when the next one comes.
    world.seeder.store.readPiece = () => new Promise(() => undefined)
    const [lane, theirs] = MemoryLane.pair(world.swarm.clock, 'f'.repeat(16))
    lane.attach({
      control: () => undefined,
      frame: () => undefined,
      writable: () => undefined,
      closed: () => undefined,
    })
    world.seeder.swarm.addLane(world.receiver.peer, theirs)
    lane.sendControl(JSON.stringify({ type: 'hello', version: 1, features: [], name: '', agent: '' }))
    for (let i = 0; i < 3; i++) lane.sendControl(JSON.stringify({ type: 'records.get', pieces }))
    await world.swarm.clock.run(1000, () => world.seeder.banned.size > 0)
    expect([...world.seeder.banned.values()].map(({ code }) => code)).toEqual(['peer.protocol'])
  }
})

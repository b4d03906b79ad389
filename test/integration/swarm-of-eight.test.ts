/** Eight processes with one share between them, and what may happen to a swarm: liars, losses, comings and goings. */

import { expect, test } from 'vitest'
import { pieceBytesFor } from '#shared/share/piece-layout.ts'
import { eventually, PATIENCE_MS, sleep } from './harness/eventually.ts'
import { Liar } from './harness/liar.ts'
import { ProcessSwarm, type SwarmReceiver } from './harness/process-swarm.ts'
import { seededRandom } from './harness/seeded-random.ts'
import { writeFile, writeRandomFile } from './harness/trees.ts'

const KIB = 1024
const SMALL_FILES = 20
const LARGE_BYTES = 4 * 1024 * KIB
const TOTAL_BYTES = LARGE_BYTES + SMALL_FILES * KIB
const PIECE_BYTES = pieceBytesFor(TOTAL_BYTES)
const PIECE_COUNT = Math.ceil(TOTAL_BYTES / PIECE_BYTES)
/** Lines so slow that there is a middle, on any machine. Bytes per second. */
const SENDER_RATE = 2e6
const RECEIVER_RATE = 1.5e6
/** The sender's where something must happen before all has left it. */
const SLOW_SENDER_RATE = 8e5
/** How long a coordinator is away, milliseconds. The lines are slower where it is longer. */
const AWAY_MS = Number(process.env['TEST_COORDINATOR_AWAY_MS'] ?? 10_000)
/** Pieces that are being put together, at most: what a life costs that ends early, or a mixture with a liar's blocks. */
const UNDER_WAY_PIECES = 6
/** As `HostilePeer` calls itself. */
const LIAR = 'hostile'
/**
 * At the end two peers may be asked for a block, and both send it; more of them where lines are so slow, and a machine so busy, that one
 * is silent for a second and a half now and then.
 */
const RACED_PIECES = 3

function makeTree(root: string): void {
  writeRandomFile(`${root}/large.bin`, LARGE_BYTES)
  for (let i = 0; i < SMALL_FILES; i++) writeFile(`${root}/small/${i}`, new Uint8Array(KIB).fill(i))
}

function openSwarm(rate = SENDER_RATE): Promise<ProcessSwarm> {
  return ProcessSwarm.open({ make: makeTree, sending: line(rate) })
}

function receive(swarm: ProcessSwarm, count: number, rate = RECEIVER_RATE): SwarmReceiver[] {
  return Array.from({ length: count }, () => swarm.receive('--seed', ...line(rate)))
}

function line(rate: number): string[] {
  return ['--limit-up', String(Math.round(rate))]
}

/** Waits until everybody is done. @returns what is wrong then, nothing if all is well */
async function problemsOf(
  receivers: readonly SwarmReceiver[],
  spoiltBytes = (_: SwarmReceiver) => 0,
): Promise<string[]> {
  await Promise.all(receivers.map((receiver) => receiver.done(PATIENCE_MS + AWAY_MS)))
  return receivers.flatMap((receiver) => {
    const { noted, receivedBytes, lifeCount } = receiver
    const problems = receiver.problems()
    if (noted.size !== PIECE_COUNT) problems.push(`${noted.size} of ${PIECE_COUNT} pieces are noted`)
    const allowedPieces = RACED_PIECES + (lifeCount - 1) * UNDER_WAY_PIECES
    const allowedBytes = TOTAL_BYTES + allowedPieces * PIECE_BYTES + spoiltBytes(receiver)
    if (receivedBytes > allowedBytes) problems.push(`${receivedBytes} bytes came, ${allowedBytes} at most`)
    return problems.map((problem) => `${problem}; ${receiver.process.describe()}`)
  })
}

function logOf(receivers: readonly SwarmReceiver[], event: RegExp): string[] {
  return receivers.flatMap(({ process }) => process.log.filter((line) => event.test(line)))
}

test('a liar among eight is found and shut out by everybody who asked it, and nobody else is', async () => {
  await using swarm = await openSwarm()
  await using liar = await Liar.join(swarm.link, swarm.senderHome, swarm.folder.path)
  const receivers = receive(swarm, 5)
  // How much it sends before its first piece is judged is its own speed; what it spoils of others is bounded.
  const spoiltBytes = (receiver: SwarmReceiver) => receiver.bytesFrom(LIAR) + UNDER_WAY_PIECES * PIECE_BYTES
  expect(await problemsOf(receivers, spoiltBytes)).toEqual([])
  for (const receiver of receivers) expect(receiver.bytesFrom(LIAR)).toBeLessThan(TOTAL_BYTES)
  const report = await eventually('the end of the liar’s connections', () =>
    liar.report !== undefined && liar.report.stillThere === 0 ? liar.report : undefined,
  )
  expect(report.liedTo, liar.lastWords).toBeGreaterThan(0)
  const bans = logOf(receivers, /peer\.banned/)
  expect(bans.length).toBeGreaterThan(0)
  expect(bans.filter((line) => !/code=peer\.bad-piece detail=wrong bytes/.test(line))).toEqual([])
  // Nobody banned two, and no honest one was told that it is.
  for (const receiver of receivers) expect(logOf([receiver], /peer\.banned/).length).toBeLessThanOrEqual(1)
  const told = [...receivers.map(({ process }) => process), swarm.sender].flatMap(({ log }) =>
    log.filter((line) => /peer\.left reason=banned/.test(line)),
  )
  expect(told).toEqual([])
})

test('the sender is killed: the others say that something is missing, and go on when it is back; killed again as soon as they hold everything between them, it is missed by nobody', async () => {
  await using swarm = await openSwarm(SLOW_SENDER_RATE)
  const receivers = receive(swarm, 6)
  await eventually('a part of the pieces', () => swarm.heldByReceivers().size >= PIECE_COUNT / 4)
  await swarm.sender.killHard()
  // What they hold between them goes round, and then they wait for what nobody has.
  const held = await eventually('everybody waiting, with all there is', () => {
    const { size } = swarm.heldByReceivers()
    const isOver = receivers.every(
      ({ process: { view }, noted }) =>
        view?.state === 'stalled' && view.donePieces === size && noted.size === size,
    )
    return isOver ? size : undefined
  })
  expect(held).toBeLessThan(PIECE_COUNT)
  await swarm.resumeSender()
  await eventually('every piece with somebody', () => swarm.heldByReceivers().size === PIECE_COUNT)
  await swarm.sender.killHard()
  expect(await problemsOf(receivers)).toEqual([])
})

test('receivers come and go, some killed, some stopped by Ctrl-C: everybody has everything in the end', async () => {
  await using swarm = await openSwarm(SLOW_SENDER_RATE)
  const random = seededRandom()
  const receivers = receive(swarm, 6)
  const story = [`seed ${random.seed}`]
  const away: SwarmReceiver[] = []
  for (let step = 0; step < 8; step++) {
    await sleep(500 + random.below(1000))
    const back = random.next() < 0.5 ? away.shift() : undefined
    if (back !== undefined) back.restart()
    const here = receivers.filter((one) => !away.includes(one) && one.process.isRunning)
    const leaving = here[random.below(here.length)]
    if (leaving === undefined || away.length >= 3) continue
    const isKilled = random.next() < 0.6
    const before = leaving.noted
    if (isKilled) await leaving.process.killHard()
    else await leaving.process.interrupt()
    story.push(`${receivers.indexOf(leaving)} ${isKilled ? 'killed' : 'stopped'} at ${before.size}`)
    expect(before.difference(leaving.noted).size, story.join(', ')).toBe(0)
    away.push(leaving)
  }
  for (const receiver of away) receiver.restart()
  expect(await problemsOf(receivers), story.join(', ')).toEqual([])
})

const AWAY_LIMIT = { timeout: 120_000 + 3 * AWAY_MS }
test(
  'the coordinator is away for a while: the swarm goes on without it, and lets a newcomer in once it is back',
  AWAY_LIMIT,
  async () => {
    const slowing = Math.max(1, AWAY_MS / 10_000)
    // About as long as the coordinator is away.
    await using swarm = await openSwarm(5e5 / slowing)
    const receivers = receive(swarm, 5, 4e5 / slowing)
    for (const { process } of receivers) await process.reaches('bytes', ({ doneBytes }) => doneBytes > 0)
    await swarm.coordinator.killHard()
    const backAtMs = Date.now() + AWAY_MS
    expect(receivers.some(({ process }) => process.find('done') === undefined)).toBe(true)
    expect(await problemsOf(receivers)).toEqual([])
    await sleep(Math.max(0, backAtMs - Date.now()))
    await swarm.bringCoordinatorBack()
    expect(await problemsOf(receive(swarm, 1))).toEqual([])
  },
)

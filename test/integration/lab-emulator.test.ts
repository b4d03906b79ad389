/** The emulated line is what was asked for, as programs that know nothing of it measure it, and leaves nothing behind. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Emulator, emulatorIsMissing, type EmulatorOptions } from '#test/lab/emulator/emulator.ts'
import { measureTcp, measureUdp } from '#test/lab/emulator/iperf.ts'
import { ping } from '#test/lab/emulator/ping.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'
import { eventually } from './harness/eventually.ts'

const missing = (await emulatorIsMissing()) ?? (await packagesAreMissing())

async function packagesAreMissing(): Promise<string | undefined> {
  try {
    await ensurePackages(['iperf3', 'iputils-ping'])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const reason = missing === undefined ? '' : ` (not run: ${missing})`

const PLAIN: EmulatorOptions = { rateMbit: 0, delayMs: 0, lossShare: 0, queueBytes: 0, seed: 1 }

/** Whatever scheduling on a busy machine adds to a round trip; far below what is told apart here. Milliseconds. */
const LENIENCY_MS = 8

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/** How many numbers are missing, in a row, at each gap. */
function gaps(present: readonly number[]): number[] {
  return present
    .map((value, index) => value - (present[index - 1] ?? value - 1) - 1)
    .filter((length) => length > 0)
}

/** What has ended but was not yet noticed by its parent counts as gone. */
function isAlive(pid: number | undefined): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function firstLine(output: Readable | null): Promise<string> {
  if (output === null) throw new Error('no output')
  for await (const line of createInterface(output)) return line
  throw new Error('the program ended without a word')
}

describe.skipIf(missing !== undefined)(`an emulated line${reason}`, () => {
  test('carries what its rate allows and no more, each direction its own', async () => {
    await using emulator = await Emulator.open({
      ...PLAIN,
      rateMbit: 60,
      delayMs: 5,
      queueBytes: 150_000,
      toLeft: { rateMbit: 20 },
    })
    // TCP's share of a full packet: 1448 of 1500 bytes.
    const there = (await measureTcp(emulator.left, emulator.right, 24_000_000)) * (1500 / 1448)
    const back = (await measureTcp(emulator.right, emulator.left, 8_000_000)) * (1500 / 1448)
    expect(there).toBeGreaterThan(60 * 0.9)
    expect(there).toBeLessThan(60 * 1.03)
    expect(back).toBeGreaterThan(20 * 0.9)
    expect(back).toBeLessThan(20 * 1.03)
  })

  test('takes the time that was asked for, also after a change', async () => {
    await using emulator = await Emulator.open({ ...PLAIN, delayMs: 40 })
    const slow = await ping(emulator.left, emulator.right, { count: 200, intervalMs: 10 })
    expect(slow).toHaveLength(200)
    expect(Math.min(...slow.map((one) => one.roundTripMs))).toBeGreaterThanOrEqual(80)
    expect(median(slow.map((one) => one.roundTripMs))).toBeLessThan(80 + LENIENCY_MS)
    const { toRight, toLeft } = await emulator.counters()
    expect(toRight).toMatchObject({ offered: 200, sent: 200, droppedByQueue: 0, lost: 0, refused: 0 })
    // Its own watch: one in a hundred may be 2 ms late on a quiet machine; this bound leaves room for a busy one.
    expect((toRight.late + toLeft.late) / (toRight.sent + toLeft.sent)).toBeLessThan(0.1)

    await emulator.change({ delayMs: 10 }, 'toRight')
    const quick = await ping(emulator.left, emulator.right, { count: 100, intervalMs: 10 })
    expect(Math.min(...quick.map((one) => one.roundTripMs))).toBeGreaterThanOrEqual(50)
    expect(median(quick.map((one) => one.roundTripMs))).toBeLessThan(50 + LENIENCY_MS)
  })

  test('adds jitter and keeps the order', async () => {
    await using emulator = await Emulator.open({ ...PLAIN, delayMs: 10, jitterMs: 20 })
    const echoes = await ping(emulator.left, emulator.right, { count: 300, intervalMs: 5 })
    const times = echoes.map((one) => one.roundTripMs)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(20)
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(10)
    expect(echoes.map((one) => one.sequence)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
  })

  test('loses the share that was asked for, one way only', async () => {
    const share = 0.02
    const count = 20_000
    await using emulator = await Emulator.open({
      ...PLAIN,
      delayMs: 5,
      lossShare: share,
      toLeft: { lossShare: 0 },
    })
    const { packets, lost } = await measureUdp(emulator.left, emulator.right, {
      rateMbit: 20,
      packetBytes: 200,
      count,
    })
    const deviation = Math.sqrt(count * share * (1 - share))
    expect(packets).toBeGreaterThan(count * 0.99)
    expect(Math.abs(lost - count * share)).toBeLessThan(5 * deviation)
    // The last packets of iperf3's own connection may be under way.
    await eventually('the line to be empty', async () => {
      const { toRight } = await emulator.counters()
      return toRight.offered === toRight.sent + toRight.lost
    })
    expect((await emulator.counters()).toLeft.lost).toBe(0)
  })

  test('loses in bursts of the length that was asked for', async () => {
    await using emulator = await Emulator.open({
      ...PLAIN,
      lossShare: 0.1,
      lossBurst: 4,
      toLeft: { lossShare: 0 },
    })
    const echoes = await ping(emulator.left, emulator.right, { count: 4000, intervalMs: 1 })
    const bursts = gaps(echoes.map((one) => one.sequence))
    const meanLength = bursts.reduce((sum, length) => sum + length, 0) / bursts.length
    expect(meanLength).toBeGreaterThan(2.7)
    expect(meanLength).toBeLessThan(5.5)
    expect(echoes.length / 4000).toBeGreaterThan(0.84)
    expect(echoes.length / 4000).toBeLessThan(0.96)
  })

  test('loses the same packets for the same seed, and others for another', async () => {
    async function survivors(seed: number): Promise<string> {
      await using emulator = await Emulator.open({
        ...PLAIN,
        lossShare: 0.2,
        toLeft: { lossShare: 0 },
        seed,
      })
      const echoes = await ping(emulator.left, emulator.right, { count: 200, intervalMs: 2 })
      return echoes.map((one) => one.sequence).join(' ')
    }
    const first = await survivors(5)
    expect(await survivors(5)).toBe(first)
    expect(await survivors(6)).not.toBe(first)
  })

  test('keeps what waits within its queue, which costs the time that it takes to send it', async () => {
    const queueBytes = 100_000
    await using emulator = await Emulator.open({ ...PLAIN, rateMbit: 20, delayMs: 5, queueBytes })
    const full = 10 + (queueBytes * 8) / 20_000
    const flood = measureUdp(emulator.left, emulator.right, { rateMbit: 40, packetBytes: 1400, count: 9000 })
    await eventually('a full queue', async () => (await emulator.counters()).toRight.droppedByQueue > 0)
    const echoes = await ping(emulator.right, emulator.left, { count: 50, intervalMs: 20 })
    await flood
    const times = echoes.map((one) => one.roundTripMs)
    expect(Math.max(...times)).toBeLessThan(full + LENIENCY_MS * 2)
    expect(median(times)).toBeGreaterThan(full * 0.85)
    const { toRight, toLeft } = await emulator.counters()
    expect(toRight.peakQueueBytes).toBeGreaterThan(queueBytes * 0.97)
    expect(toRight.peakQueueBytes).toBeLessThanOrEqual(queueBytes)
    // Half of what was sent at twice the rate.
    expect(toRight.droppedByQueue).toBeGreaterThan(9000 * 0.35)
    expect(toRight.droppedByQueue).toBeLessThan(9000 * 0.55)
    expect(toLeft.droppedByQueue).toBe(0)
  })

  test('can be cut and mended', async () => {
    await using emulator = await Emulator.open({ ...PLAIN, delayMs: 1 })
    await emulator.change({ isUp: false })
    expect(await ping(emulator.left, emulator.right, { count: 5, intervalMs: 20 })).toEqual([])
    expect((await emulator.counters()).toRight.cut).toBe(5)
    await emulator.change({ isUp: true })
    expect(await ping(emulator.left, emulator.right, { count: 5, intervalMs: 20 })).toHaveLength(5)
  })

  test('refuses settings that cannot be, and keeps those that it had', async () => {
    await using emulator = await Emulator.open({ ...PLAIN, delayMs: 20 })
    await expect(emulator.change({ lossShare: 2 })).rejects.toThrow('lossShare')
    const [echo] = await ping(emulator.left, emulator.right, { count: 1, intervalMs: 20 })
    expect(echo?.roundTripMs).toBeGreaterThanOrEqual(40)
  })

  test('joins namespaces that are there already', async () => {
    await using outer = await Emulator.open(PLAIN)
    await using inner = await Emulator.open({
      ...PLAIN,
      delayMs: 15,
      ends: {
        left: { namespacePath: outer.left.namespacePath, address: '10.78.0.1/30' },
        right: { namespacePath: outer.right.namespacePath, address: '10.78.0.2/30' },
        device: 'line1',
      },
    })
    const [slow] = await ping(outer.left, inner.right, { count: 1, intervalMs: 20 })
    const [quick] = await ping(outer.left, outer.right, { count: 1, intervalMs: 20 })
    expect(slow?.roundTripMs).toBeGreaterThanOrEqual(30)
    expect(quick?.roundTripMs).toBeLessThan(30)
  })
})

describe.skipIf(missing !== undefined)(`what an emulator made${reason}`, () => {
  test('is gone when it is closed, programs of its hosts included', async () => {
    const emulator = await Emulator.open(PLAIN)
    // A program that starts another one, which nobody waits for.
    const child = emulator.left.spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const pids = [child.pid, Number(await firstLine(child.stdout))]
    const spaces = [emulator.left.namespacePath, emulator.right.namespacePath]
    expect(pids.map(isAlive)).toEqual([true, true])
    expect(spaces.map((space) => existsSync(space))).toEqual([true, true])
    await emulator[Symbol.asyncDispose]()
    await eventually('the programs to end', () => !pids.some(isAlive))
    expect(spaces.map((space) => existsSync(space))).toEqual([false, false])
  })

  test('is gone when its test is killed', async () => {
    const script = `
      import { Emulator } from '#test/lab/emulator/emulator.ts'
      const emulator = await Emulator.open(${JSON.stringify(PLAIN)})
      const line = Number(emulator.left.namespacePath.split('/')[2])
      const options = { stdio: ['ignore', 'pipe', 'ignore'] }
      const child = emulator.left.spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], options)
      child.stdout.on('data', (data) => console.log(JSON.stringify([line, child.pid, Number(data)])))`
    const maker = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(maker, 'exit')
    const pids = v.parse(v.array(v.number()), JSON.parse(await firstLine(maker.stdout)))
    expect(pids.map(isAlive)).toEqual([true, true, true])
    maker.kill('SIGKILL')
    await ended
    await eventually('the line and the programs to end', () => !pids.some(isAlive))
  })

  test('does not outlast a start that failed', async () => {
    const ends = {
      left: { namespacePath: '/proc/self/ns/net', address: '10.77.0.1/30' },
      right: { namespacePath: '/nowhere', address: '10.77.0.2/30' },
      device: 'beeline-nowhere',
    }
    await expect(Emulator.open({ ...PLAIN, ends })).rejects.toThrow('/nowhere')
    expect(existsSync('/sys/class/net/beeline-nowhere')).toBe(false)
  })
})

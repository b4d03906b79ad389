/** What every lane promises, as cases that each implementation runs. */

import { describe, expect, test } from 'vitest'
import { MAX_FRAME_BYTES } from '#shared/protocol/block-frame.ts'
import { LANE_HIGH_WATER_BYTES, type Lane, type LaneListener } from '#shared/swarm/lane.ts'

export interface LanePair extends AsyncDisposable {
  readonly left: Lane
  readonly right: Lane
  /** Lets time pass until the condition holds. Rejects when it takes too long. */
  readonly until: (what: string, isDone: () => boolean) => Promise<void>
  /** Lets some time pass. */
  readonly pass: () => Promise<void>
}

class Listener implements LaneListener {
  readonly texts: string[] = []
  readonly frames: Uint8Array[] = []
  readonly calls: string[] = []

  control(text: string): void {
    this.calls.push('control')
    this.texts.push(text)
  }

  frame(bytes: Uint8Array): void {
    this.calls.push('frame')
    // A real copy: it may be a Buffer, whose own slice is a view, and the memory is used again after the call.
    this.frames.push(new Uint8Array(bytes))
  }

  writable(): void {
    this.calls.push('writable')
  }

  closed(): void {
    this.calls.push('closed')
  }
}

function attach(lane: Lane): Listener {
  const listener = new Listener()
  lane.attach(listener)
  return listener
}

export function laneContract(name: string, open: () => Promise<LanePair>): void {
  describe(`the ${name}`, () => {
    test('carries control messages and frames, each kind in order, in both directions', async () => {
      await using pair = await open()
      const { left, right, until } = pair
      const [atLeft, atRight] = [attach(left), attach(right)]
      for (let i = 0; i < 100; i++) {
        expect(left.sendControl(`${i} é 한`)).toBe(true)
        expect(right.sendFrame(new Uint8Array(1000).fill(i))).toBe(true)
      }
      await until('everything', () => atRight.texts.length === 100 && atLeft.frames.length === 100)
      expect(atRight.texts).toEqual(Array.from({ length: 100 }, (_, i) => `${i} é 한`))
      expect(atLeft.frames.map((frame) => frame[999])).toEqual(Array.from({ length: 100 }, (_, i) => i))
      expect(atRight.frames).toEqual([])
    })

    test('carries the longest frame whole', async () => {
      await using pair = await open()
      const { left, right, until } = pair
      const bytes = crypto.getRandomValues(new Uint8Array(65_536))
      const frame = new Uint8Array(MAX_FRAME_BYTES).map((_, i) => bytes[i % bytes.length] ?? 0)
      const atRight = attach(right)
      attach(left)
      left.sendFrame(frame)
      await until('the frame', () => atRight.frames.length === 1)
      expect(Buffer.compare(atRight.frames[0] ?? new Uint8Array(), frame)).toBe(0)
    })

    test('copies a frame before it returns', async () => {
      await using pair = await open()
      const { left, right, until } = pair
      const atRight = attach(right)
      attach(left)
      const scratch = new Uint8Array(100)
      for (let i = 1; i <= 10; i++) left.sendFrame(scratch.fill(i))
      scratch.fill(0)
      await until('the frames', () => atRight.frames.length === 10)
      expect(atRight.frames.map((frame) => frame[50])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    })

    test('takes frames that were made in its own memory', async () => {
      await using pair = await open()
      const { left, right, until } = pair
      const atRight = attach(right)
      attach(left)
      for (let i = 1; i <= 20; i++) {
        const memory = left.frameMemory?.() ?? new Uint8Array(MAX_FRAME_BYTES)
        expect(memory.length).toBeGreaterThanOrEqual(MAX_FRAME_BYTES)
        left.sendFrame(memory.subarray(0, 100 + i).fill(i))
      }
      await until('the frames', () => atRight.frames.length === 20)
      expect(atRight.frames.map((frame) => [frame.length, frame[0], frame.at(-1)])).toEqual(
        Array.from({ length: 20 }, (_, i) => [101 + i, i + 1, i + 1]),
      )
    })

    test('keeps what comes before somebody listens', async () => {
      await using pair = await open()
      const { left, right, until, pass } = pair
      attach(left)
      left.sendControl('one')
      left.sendControl('two')
      left.sendFrame(Uint8Array.of(3))
      await pass()
      const atRight = attach(right)
      await until('both kinds', () => atRight.texts.length === 2 && atRight.frames.length === 1)
      expect(atRight.texts).toEqual(['one', 'two'])
    })

    test('says how much is waiting, and when there is room again', async () => {
      await using pair = await open()
      const { left, right, until } = pair
      const [atLeft, atRight] = [attach(left), attach(right)]
      let sent = 0
      // All in one turn, so that nothing can be sent meanwhile that the other side would have to take.
      while (left.bufferedBytes() < LANE_HIGH_WATER_BYTES && sent < 1000) {
        left.sendFrame(new Uint8Array(128 * 1024))
        sent++
      }
      expect(left.bufferedBytes()).toBeGreaterThanOrEqual(LANE_HIGH_WATER_BYTES)
      await until('room', () => atLeft.calls.includes('writable'))
      await until('all frames', () => atRight.frames.length === sent)
      expect(left.bufferedBytes()).toBe(0)
    })

    test('once closed, says so to both sides once, last of all, and takes nothing more', async () => {
      await using pair = await open()
      const { left, right, until, pass } = pair
      const [atLeft, atRight] = [attach(left), attach(right)]
      left.sendControl('last words')
      await until('the last words', () => atRight.texts.length === 1)
      left.close()
      left.close()
      expect(left.sendControl('too late')).toBe(false)
      expect(left.sendFrame(Uint8Array.of(1))).toBe(false)
      expect(left.bufferedBytes()).toBe(0)
      await until('the other end', () => atRight.calls.includes('closed'))
      right.close()
      expect(right.sendControl('too late')).toBe(false)
      await pass()
      expect(atLeft.calls).toEqual(['closed'])
      expect(atRight.calls).toEqual(['control', 'closed'])
    })

    test('tells a late listener that it is closed', async () => {
      await using pair = await open()
      const { left, pass } = pair
      left.close()
      await pass()
      expect(attach(left).calls).toEqual(['closed'])
    })
  })
}

import { describe, expect, test } from 'vitest'
import { seedCommand, setCommand, type LineSettings } from '#test/lab/emulator/line-settings.ts'

const LINE: LineSettings = { rateMbit: 100, delayMs: 25, lossShare: 0.005, queueBytes: 625_000 }

describe('the command that sets a direction', () => {
  test('has bits, nanoseconds and shares, and names the direction', () => {
    expect(setCommand('toRight', LINE)).toBe('set 0 100000000 25000000 0 0.005000000000 0 625000 1')
    expect(setCommand('toLeft', LINE)).toMatch(/^set 1 /)
  })

  test('has the jitter, the burst and the pulled cable', () => {
    const line = { ...LINE, jitterMs: 1.5, lossBurst: 4, isUp: false }
    expect(setCommand('toRight', line)).toBe('set 0 100000000 25000000 1500000 0.005000000000 4 625000 0')
  })

  test('never has an exponent, which the program would misread', () => {
    const line = { ...LINE, rateMbit: 0.000_000_1, delayMs: 0.000_4, lossShare: 1e-9 }
    expect(setCommand('toRight', line)).not.toMatch(/\de/i)
  })

  test('a line without a limit needs no queue', () => {
    expect(() => setCommand('toRight', { ...LINE, rateMbit: 0, queueBytes: 0 })).not.toThrow()
  })

  test.each<[string, Partial<LineSettings>]>([
    ['rateMbit', { rateMbit: -1 }],
    ['rateMbit', { rateMbit: Number.NaN }],
    ['delayMs', { delayMs: -1 }],
    ['delayMs', { delayMs: Infinity }],
    ['jitterMs', { jitterMs: -1 }],
    ['lossShare', { lossShare: 5 }],
    ['lossBurst', { lossBurst: 0.5 }],
    ['lossShare', { lossShare: 0.9, lossBurst: 2 }],
    ['queueBytes', { queueBytes: 1499 }],
    ['rateMbit × delayMs', { rateMbit: 1000, delayMs: 2000 }],
  ])('refuses a %s that cannot be: %j', (name, change) => {
    expect(() => setCommand('toRight', { ...LINE, ...change })).toThrow(name)
  })
})

test.each([-1, 0.5, Number.NaN])('refuses the seed %d', (seed) => {
  expect(() => seedCommand('toRight', seed)).toThrow(RangeError)
})

test('a seed belongs to a direction', () => {
  expect(seedCommand('toLeft', 7)).toBe('seed 1 7')
})

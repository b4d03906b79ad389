import { expect, test } from 'vitest'
import { setCommand } from '#test/lab/emulator/line-settings.ts'
import { isProfileName, PROFILES } from '#test/lab/emulator/profiles.ts'

test.each(Object.entries(PROFILES))('the line of %s can be made', (_name, { line }) => {
  expect(() => setCommand('toRight', line)).not.toThrow()
})

test('a round trip takes the delay twice, and the queue holds what it carries', () => {
  expect(PROFILES.lossy).toEqual({
    name: '100 Mbit, 50 ms, 0.5 % loss',
    line: { rateMbit: 100, delayMs: 25, lossShare: 0.005, queueBytes: 625_000 },
  })
})

test('only its own names are names of profiles', () => {
  expect(isProfileName('fiber')).toBe(true)
  expect(isProfileName('toString')).toBe(false)
})

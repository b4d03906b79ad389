import fc from 'fast-check'
import { expect, test } from 'vitest'
import { run } from '#cli/run.ts'
import { fakeWorld, LINK } from './fake-engine.ts'

async function limitsAfter(...argv: string[]) {
  const here = fakeWorld()
  here.transfer.finish()
  const code = await run(['get', LINK, '--yes', ...argv], here.context)
  return { code, limits: here.engine.limits, stderr: here.stderr.text }
}

test.each([
  ['500k', 500_000],
  ['2M', 2_000_000],
  ['1.5MB/s', 1_500_000],
  ['1 g', 1_000_000_000],
  ['4096', 4096],
])('--limit-up %s is understood', async (text, rate) => {
  const { code, limits } = await limitsAfter('--limit-up', text)
  expect(code).toBe(0)
  expect(limits).toEqual({ upBytesPerSecond: rate, downBytesPerSecond: null })
})

test('downwards it is another limit, and without either there is none', async () => {
  const { limits } = await limitsAfter('--limit-down', '3M')
  expect(limits).toMatchObject({ upBytesPerSecond: null, downBytesPerSecond: 3_000_000 })
  expect((await limitsAfter()).limits).toMatchObject({ upBytesPerSecond: null, downBytesPerSecond: null })
})

test.each(['0', '999', '-1', '1e6', 'fast', '2T', '1 000k', '99999999999999', '1.M'])(
  '--limit-up=%s is refused before anything is opened',
  async (text) => {
    const here = fakeWorld()
    expect(await run(['get', LINK, '--yes', `--limit-up=${text}`], here.context)).toBe(64)
    expect(here.stderr.text).toContain('--limit-up is a number of bytes a second')
    expect(here.engine.options).toBeUndefined()
  },
)

test('whatever is typed, a limit is a whole number of bytes, 1000 or more, or it is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[0-9.kMGBs/e -]{0,12}$/), async (text) => {
      const { code, limits } = await limitsAfter(`--limit-down=${text}`)
      const { downBytesPerSecond: rate } = limits
      const isWhole = Number.isSafeInteger(rate) && Number(rate) >= 1000
      expect(code === 64 ? rate === undefined : isWhole).toBe(true)
    }),
  )
})

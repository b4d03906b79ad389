import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkInText } from '#renderer/screens/transfers/link-in-text.ts'
import { linkAt } from '#test/unit/engine/app/fake-engine.ts'

const LINK = linkAt()

test.each([
  ['alone', LINK],
  ['with space around it', `\n  ${LINK}\t\n`],
  ['in a message', `Here are the pictures: ${LINK} – tell me when you have them`],
  ['at the end of a sentence', `Here they are: ${LINK}.`],
  ['in brackets', `the pictures (${LINK})`],
  ['in quotation marks', `“${LINK}”`],
  ['between marks', `<${LINK}>`],
  ['after another address', `see https://example.org/ and ${LINK}`],
  ['as a Korean writes', `사진이야: ${LINK} 받아 봐`],
])('a link is found %s', (_where, text) => {
  expect(linkInText(text)).toBe(LINK)
})

test.each([
  ['nothing', ''],
  ['words', 'hello there'],
  ['another address', 'https://example.org/get'],
  ['a link without its key', LINK.split('#')[0] ?? ''],
  ['half a link', LINK.slice(0, -10)],
  ['a link in the middle of a word', `x${LINK}`],
])('%s is none', (_what, text) => {
  expect(linkInText(text)).toBeUndefined()
})

test('whatever stands around it, it is the link or nothing, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      expect([LINK, undefined]).toContain(linkInText(`${before} ${LINK} ${after}`))
    }),
  )
})

test.each([
  ['many beginnings', 'https://'.repeat(2_000_000)],
  ['many marks', `https://${'.'.repeat(2_000_000)}x`],
  ['many short ones', 'https://. '.repeat(2_000_000)],
])('a text without end is looked at for a bounded time: %s', (_what, text) => {
  const startedMs = performance.now()
  expect(linkInText(text)).toBeUndefined()
  expect(performance.now() - startedMs).toBeLessThan(2000)
})

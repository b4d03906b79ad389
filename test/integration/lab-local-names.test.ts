/** Names that browsers put in place of their addresses, asked for between the hosts of one home. */

import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import type { Namespace } from '#test/lab/namespace.ts'
import { hostOf } from '#test/lab/site.ts'

const missing = await labIsMissing()

const Found = v.object({ found: v.array(v.nullable(v.string())), tookMs: v.number() })
const FOUR = '00000004-1b2c-4d3e-8f40-5a6b7c8d9e0f.local'
const SIX = '00000006-1b2c-4d3e-8f40-5a6b7c8d9e0f.local'
const NOBODYS = '00000000-1b2c-4d3e-8f40-5a6b7c8d9e0f.local'

describe.skipIf(missing !== undefined)(
  `names of the own network${missing === undefined ? '' : ` (not run: ${missing})`}`,
  // Every case has sites of its own, and most of it waits.
  { concurrent: true },
  () => {
    let lab: Lab
    beforeAll(async () => {
      lab = await Lab.open()
    })
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    test('a host that answers is found by another of the same home, over IPv4 and IPv6', async () => {
      await using site = await lab.connect('dual-stack', 2)
      const answering = hostOf(site, 0)
      const [four, six] = [await addressOf(answering, 'IPv4'), await addressOf(answering, 'IPv6')]
      await using responder = answering.start(process.execPath, [
        program('name-responder.ts'),
        `${FOUR}=${four}`,
        `${SIX}=${six}`,
      ])
      await responder.line((line) => (line === 'ipv4 listens' ? line : undefined))
      await responder.line((line) => (line === 'ipv6 listens' ? line : undefined))
      expect((await ask(hostOf(site, 1), [FOUR, SIX, NOBODYS])).found).toEqual([four, six, null])
      // Both ways were used, and the same host finds itself.
      expect(responder.lines).toContain(`ipv6 ${FOUR} A`)
      expect((await ask(answering, [FOUR])).found).toEqual([four])
    })

    test.each(['isolated', 'ipv6-only'] as const)('in a home of kind %s nobody waits long', async (kind) => {
      await using site = await lab.connect(kind, 2)
      const answering = hostOf(site, 0)
      await using responder = answering.start(process.execPath, [
        program('name-responder.ts'),
        `${FOUR}=10.0.0.9`,
      ])
      await responder.line((line) => (line === 'ipv6 listens' ? line : undefined))
      const { found, tookMs } = await ask(hostOf(site, 1), [NOBODYS])
      expect(found).toEqual([null])
      expect(tookMs).toBeLessThan(4000)
    })
  },
)

function program(file: string): string {
  return fileURLToPath(new URL(`../lab/${file}`, import.meta.url))
}

async function ask(host: Namespace, names: string[]): Promise<v.InferOutput<typeof Found>> {
  const { lines, lastWords } = await host.run(process.execPath, [program('name-asker.ts'), ...names])
  expect(lastWords).toBe('')
  return v.parse(v.pipe(v.string(), v.parseJson(), Found), lines[0])
}

/** The one that is not link-local. */
async function addressOf(host: Namespace, family: 'IPv4' | 'IPv6'): Promise<string> {
  const code = `console.log(Object.values(require('node:os').networkInterfaces()).flat()
    .find((one) => !one.internal && one.family === '${family}' && !one.address.startsWith('fe80')).address)`
  return (await host.run(process.execPath, ['-e', code])).lines[0] ?? ''
}

/** What Beeline measures of a network is what the network is: each kind of the lab, with a real STUN server. */

import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { SERVERS } from '#test/lab/addresses.ts'
import type { SiteKindName } from '#test/lab/kinds.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import type { Namespace } from '#test/lab/namespace.ts'
import { PORT_STEP } from '#test/lab/nat-rules.ts'
import { startPublicServers } from '#test/lab/public-servers.ts'
import { Filtering, Mapping } from '#shared/protocol/network-facts.ts'

const missing = await labIsMissing()
const PROGRAM = fileURLToPath(new URL('../lab/nat-probe.ts', import.meta.url))
/** A probe takes two seconds at most; a busy machine more. */
const PROBE_LIMIT_MS = 6000

const Family = v.object({
  mapping: Mapping,
  filtering: Filtering,
  mapped: v.optional(v.object({ address: v.string(), port: v.number() })),
  step: v.optional(v.number()),
  turnsRound: v.optional(v.boolean()),
})
const Found = v.object({
  ipv4: Family,
  ipv6: Family,
  servers: v.array(v.object({ address: v.string(), roundTripMs: v.optional(v.number()) })),
  durationMs: v.number(),
})
type Found = v.InferOutput<typeof Found>

const NO_FAMILY: Partial<Found['ipv4']> = { mapping: 'none', filtering: 'unknown' }
const NOTHING: Partial<Found['ipv4']> = { mapping: 'blocked', filtering: 'unknown' }

describe.skipIf(missing !== undefined)(
  `a measured network${missing === undefined ? '' : ` (not run: ${missing})`}`,
  // Every case has sites of its own, and most of it waits.
  { concurrent: true },
  () => {
    let lab: Lab
    let stun = ''
    beforeAll(async () => {
      lab = await Lab.open()
      stun = (await startPublicServers(lab)).stun
    })
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    test.each<[SiteKindName, Partial<Found['ipv4']>, Partial<Found['ipv6']>]>([
      ['public', { mapping: 'public', filtering: 'open' }, NO_FAMILY],
      ['full-cone', { mapping: 'endpoint', filtering: 'open' }, NO_FAMILY],
      ['address-restricted', { mapping: 'endpoint', filtering: 'address' }, NO_FAMILY],
      ['port-restricted', { mapping: 'endpoint', filtering: 'port' }, NO_FAMILY],
      ['symmetric-random', { mapping: 'random', filtering: 'port' }, NO_FAMILY],
      ['symmetric-step', { mapping: 'step', filtering: 'port', step: PORT_STEP }, NO_FAMILY],
      ['carrier-grade', { mapping: 'endpoint', filtering: 'port' }, NO_FAMILY],
      ['carrier-grade-symmetric', { mapping: 'random', filtering: 'port' }, NO_FAMILY],
      ['udp-blocked', NOTHING, NO_FAMILY],
      ['ipv6-only', NO_FAMILY, { mapping: 'public', filtering: 'port' }],
      ['dual-stack', { mapping: 'endpoint', filtering: 'port' }, { mapping: 'public', filtering: 'port' }],
      ['hairpin', { mapping: 'endpoint', filtering: 'open', turnsRound: true }, NO_FAMILY],
      ['isolated', { mapping: 'endpoint', filtering: 'open', turnsRound: false }, NO_FAMILY],
    ])('%s, by one STUN server with two addresses', async (kind, ipv4, ipv6) => {
      await using site = await lab.connect(kind)
      const found = await probe(site.host, [stun])
      expect(found).toMatchObject({ ipv4, ipv6 })
      const address = found.ipv4.mapped?.address
      expect(address).toBe(
        kind === 'udp-blocked' || site.publicAddress === '' ? undefined : site.publicAddress,
      )
      expect(found.durationMs).toBeLessThan(PROBE_LIMIT_MS)
    })

    test.each<[SiteKindName, Partial<Found['ipv4']>]>([
      ['port-restricted', { mapping: 'endpoint' }],
      ['symmetric-random', { mapping: 'random' }],
      ['symmetric-step', { mapping: 'step', step: PORT_STEP }],
    ])('%s, where one of three servers is dead', async (kind, ipv4) => {
      await using site = await lab.connect(kind)
      const dead = `stun:${SERVERS.reflector.ipv4}:3478`
      const second = `stun:${SERVERS.turnSecond.ipv4}:3478`
      const found = await probe(site.host, [dead, stun, second])
      expect(found).toMatchObject({ ipv4 })
      const answered = found.servers.filter(({ roundTripMs }) => roundTripMs !== undefined)
      expect(answered.map(({ address }) => address)).toEqual([SERVERS.turn.ipv4, SERVERS.turnSecond.ipv4])
    })
  },
)

async function probe(host: Namespace, servers: readonly string[]): Promise<Found> {
  const { lines, lastWords } = await host.run(process.execPath, [PROGRAM, ...servers])
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Found), lines.at(-1))
  if (!parsed.success) throw new Error(`the probe said nothing: ${lastWords}`)
  return parsed.output
}

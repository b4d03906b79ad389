/**
 * Routers that no hole is punched through in the usual way: passed directly where ports go on by a regular step and are foreseen,
 * or where a port is opened on request, and not otherwise.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SiteKindName } from '#test/lab/kinds.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import { PORT_OPENER_PACKAGE, type PortOpening } from '#test/lab/port-opener.ts'
import { startPublicServers } from '#test/lab/public-servers.ts'
import { connectEnds } from '#test/lab/rtc-pair.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'

const missing = await labIsMissing()
const openerIsMissing = missing ?? (await portOpenerIsMissing())
/** Where it works it takes about a second. */
const LIMIT_MS = 15_000
/** What does not open in so long does not open: all pairs have failed, or the same checks are repeated. */
const GIVE_UP_MS = 4000
/** Somebody else's packet may take the port; the search for a better route tries several times too. */
const TRIES = 2

describe.skipIf(missing !== undefined)(
  `hard NATs${missing === undefined ? '' : ` (not run: ${missing})`}`,
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

    async function isDirect(from: SiteKindName, to: SiteKindName, predict: boolean): Promise<boolean> {
      await using offering = await lab.connect(from)
      await using answering = await lab.connect(to)
      const limitMs = predict ? LIMIT_MS : GIVE_UP_MS
      for (let tried = 0; tried < (predict ? TRIES : 1); tried++) {
        const { isOpen } = await connectEnds(offering.host, answering.host, { stun, predict, limitMs })
        if (isOpen) return true
      }
      return false
    }

    test.each<[SiteKindName, SiteKindName]>([
      ['symmetric-step', 'symmetric-step'],
      ['symmetric-step', 'port-restricted'],
      ['port-restricted', 'symmetric-step'],
      ['symmetric-step', 'full-cone'],
      ['public', 'symmetric-step'],
    ])('%s → %s', async (from, to) => {
      expect(await isDirect(from, to, true)).toBe(true)
    })

    test.each<[SiteKindName, SiteKindName]>([
      ['symmetric-step', 'port-restricted'],
      ['symmetric-step', 'symmetric-step'],
    ])('%s → %s has no direct way without it', async (from, to) => {
      expect(await isDirect(from, to, false)).toBe(false)
    })

    test.skipIf(openerIsMissing !== undefined).each<[SiteKindName, SiteKindName, PortOpening]>([
      ['symmetric-random', 'port-restricted', 'pcp'],
      ['symmetric-random', 'symmetric-random', 'upnp-1'],
    ])('%s → %s, where the first one opens a port (%s)', async (from, to, portOpening) => {
      await using offering = await lab.connect(from, 1, { portOpening })
      await using answering = await lab.connect(to)
      const plan = { stun, limitMs: LIMIT_MS, mapPorts: true }
      expect((await connectEnds(offering.host, answering.host, plan)).isOpen).toBe(true)
      expect((await connectEnds(answering.host, offering.host, plan)).isOpen).toBe(true)
    })

    test('cone routers are passed as well while ports are looked for', async () => {
      expect(await isDirect('port-restricted', 'address-restricted', true)).toBe(true)
    })
  },
)

async function portOpenerIsMissing(): Promise<string | undefined> {
  try {
    await ensurePackages([PORT_OPENER_PACKAGE])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

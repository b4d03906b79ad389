/**
 * TLS lanes beyond the own network, by the real command line: between a home and a host that everybody reaches, whichever of them sends
 * and dials; between homes, where both dial at once; and none where a router changes ports, so that data channels carry everything.
 */

import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatorIsMissing } from '#test/lab/emulator/emulator.ts'
import type { SiteKindName } from '#test/lab/kinds.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import { PAIR_LINE } from '#test/lab/pair.ts'
import { startPublicServers, type PublicServers } from '#test/lab/public-servers.ts'
import { makeSource, Transfer, type SourceFile } from '#test/lab/transfer.ts'

/** Some twelve seconds on the line: who cannot be met half-way is called after five. */
const FILE_BYTES = 24_000_000
const LINE = { ...PAIR_LINE, rateMbit: 16 }
const LIMIT_MS = 60_000

const missing = (await labIsMissing()) ?? (await emulatorIsMissing())

describe.skipIf(missing !== undefined)(
  `TLS lanes through the internet${missing === undefined ? '' : ` (not run: ${missing})`}`,
  // Every case has sites of its own, and most of it waits.
  { concurrent: true },
  () => {
    let lab: Lab
    let servers: PublicServers
    let source: SourceFile
    beforeAll(async () => {
      lab = await Lab.open()
      servers = await startPublicServers(lab)
      source = makeSource(lab.folder, FILE_BYTES)
    }, 120_000)
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    async function protocolsOf(from: SiteKindName, to: SiteKindName): Promise<(string | undefined)[]> {
      await using owned = new AsyncDisposableStack()
      const [sending, receiving] = [
        owned.use(await lab.connect(from, 1, { line: LINE })),
        owned.use(await lab.connect(to, 1, { line: LINE })),
      ]
      const plan = { sender: sending.host, receiver: receiving.host, source, ...servers, relays: [] }
      const transfer = owned.use(
        await Transfer.start({ ...plan, folder: path.join(lab.folder, `${from}-${to}`) }),
      )
      await transfer.until(({ samples }) => samples.some(({ route }) => route?.protocol === 'tls'), LIMIT_MS)
      for (const { line } of [sending, receiving]) await line?.change({ rateMbit: 0, queueBytes: 0 })
      expect(await transfer.isVerified(LIMIT_MS), transfer.timeline.failure).toBe(true)
      const routes = transfer.timeline.samples.map(({ route }) => route).filter((route) => route !== null)
      expect(new Set(routes.map(({ kind }) => kind))).toEqual(new Set(['direct']))
      return [...new Set(routes.map(({ protocol }) => protocol))]
    }

    test('a home dials a sender with a public address', async () => {
      expect(await protocolsOf('public', 'port-restricted')).toContain('tls')
    })

    test('a sender at home dials a receiver with a public address', async () => {
      expect(await protocolsOf('port-restricted', 'public')).toContain('tls')
    })

    test.each([
      ['port-restricted', 'port-restricted'],
      ['full-cone', 'carrier-grade'],
    ] as const)('two homes meet half-way: %s, %s', async (from, to) => {
      expect(await protocolsOf(from, to)).toContain('tls')
    })

    test('so do two firewalls of IPv6', async () => {
      expect(await protocolsOf('dual-stack', 'dual-stack')).toContain('tls')
    })

    test('where a router changes ports, the other end is called', async () => {
      expect(await protocolsOf('public', 'symmetric-random')).toContain('tls')
    })

    test('where that cannot be called either, the data channels go on', async () => {
      expect(await protocolsOf('symmetric-random', 'full-cone')).toEqual(['udp'])
    })
  },
)

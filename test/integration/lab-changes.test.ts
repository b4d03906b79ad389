/** What the lab does to a network in the middle of things is what it says: seen by probes before Beeline is tried on it. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SERVERS } from '#test/lab/addresses.ts'
import { emulatorIsMissing } from '#test/lab/emulator/emulator.ts'
import type { SiteKindName } from '#test/lab/kinds.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import type { Namespace } from '#test/lab/namespace.ts'
import { PAIR_LINE } from '#test/lab/pair.ts'
import { behaviourOf, startReflectors } from '#test/lab/probing.ts'
import { changePublicAddress, cutCable, moveHost, resetNat } from '#test/lab/site-events.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'

const missing = (await labIsMissing()) ?? (await emulatorIsMissing()) ?? (await pingIsMissing())

async function pingIsMissing(): Promise<string | undefined> {
  try {
    await ensurePackages(['iputils-ping'])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe.skipIf(missing !== undefined)(
  `changes of the lab${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    let lab: Lab
    beforeAll(async () => {
      lab = await Lab.open()
      await startReflectors(lab)
    })
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    test('a cable takes the time it is told, whatever the kind of site', async () => {
      for (const kind of ['public', 'ipv6-only', 'carrier-grade'] as const) {
        await using site = await lab.connect(kind, 1, { line: PAIR_LINE })
        const server = kind === 'ipv6-only' ? SERVERS.reflector.ipv6 : SERVERS.reflector.ipv4
        const roundTripMs = await ping(site.host, server)
        expect(roundTripMs).toBeGreaterThan(2 * PAIR_LINE.delayMs - 1)
        expect(roundTripMs).toBeLessThan(2 * PAIR_LINE.delayMs + 50)
      }
    })

    test('a router that was reset is of the same kind with other ports', async () => {
      await using site = await lab.connect('port-restricted')
      const before = await behaviourOf(site.host, 'ipv4')
      await resetNat(site)
      const after = await behaviourOf(site.host, 'ipv4')
      expect(before).toMatchObject({ mapping: 'endpoint-independent', portOrder: 'kept' })
      expect(after).toMatchObject({
        mapping: 'endpoint-independent',
        filtering: 'address-and-port-dependent',
      })
      expect(after.ports.every((port) => port >= 10_000 && port <= 15_000)).toBe(true)
    })

    test('a router that was reset has forgotten its flows', async () => {
      await using site = await lab.connect('port-restricted')
      const router = site.routers[0]
      if (router === undefined) throw new Error('no router')
      await behaviourOf(site.host, 'ipv4')
      expect(await flowCount(router)).toBeGreaterThan(0)
      await resetNat(site)
      expect(await flowCount(router)).toBe(0)
    })

    test.each<SiteKindName>(['port-restricted', 'symmetric-step', 'public'])(
      '%s is seen under its new public address, and only there',
      async (kind) => {
        await using site = await lab.connect(kind)
        const before = site.publicAddress
        await changePublicAddress(site)
        expect(site.publicAddress).not.toBe(before)
        expect(await seenFrom(site.host, lab.internet)).toBe(site.publicAddress)
        const { code } = await lab.internet.run('ping', ['-c', '1', '-W', '1', before])
        expect(code).not.toBe(0)
      },
    )

    test('a host that has moved has another address and its way out', async () => {
      await using site = await lab.connect('port-restricted')
      const addressOf = async (): Promise<string> =>
        (await site.host.run('ip', ['-4', '-o', 'address', 'show', 'dev', 'eth'])).lines.join()
      const before = await addressOf()
      await moveHost(site)
      const after = await addressOf()
      expect(after).not.toBe(before)
      expect(after.match(/inet /g)).toHaveLength(1)
      expect(await ping(site.host, SERVERS.reflector.ipv4)).toBeLessThan(100)
    })

    test('nothing comes through a cable that is cut, until it is there again', async () => {
      await using site = await lab.connect('port-restricted', 1, { line: PAIR_LINE })
      const cut = cutCable(site, 1500)
      expect(await ping(site.host, SERVERS.reflector.ipv4)).toBeNaN()
      await cut
      expect(await ping(site.host, SERVERS.reflector.ipv4)).toBeLessThan(100)
    })
  },
)

/** Round trip in milliseconds; NaN when nothing comes back within a second. */
async function ping(host: Namespace, address: string): Promise<number> {
  const { lines } = await host.run('ping', ['-c', '1', '-W', '1', address])
  return Number(/time=([\d.]+) ms/.exec(lines.join('\n'))?.[1] ?? NaN)
}

async function flowCount(router: Namespace): Promise<number> {
  const { lines } = await router.run('conntrack', ['-L', '-p', 'udp'])
  return lines.length
}

/** The address that a TCP connection of the host comes from. */
async function seenFrom(host: Namespace, internet: Namespace): Promise<string> {
  const { ipv4 } = SERVERS.reflector
  const code = `require('node:net').createServer((socket) => console.log(socket.remoteAddress)).listen(8088, '${ipv4}', () => console.log('listening'))`
  await using server = internet.start(process.execPath, ['-e', code])
  await server.line((line) => (line === 'listening' ? line : undefined))
  const connect = `require('node:net').connect(8088, '${ipv4}', () => process.exit(0))`
  await host.run(process.execPath, ['-e', connect])
  return await server.line((line) => (line === 'listening' ? undefined : line))
}

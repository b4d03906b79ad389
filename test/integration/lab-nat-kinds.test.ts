/** Every kind of connection that the lab builds is what it is called, by probes in the words of RFC 5780. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SERVERS } from '#test/lab/addresses.ts'
import { siteKind, SITE_KIND_NAMES, type SiteKindName } from '#test/lab/kinds.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import type { Namespace } from '#test/lab/namespace.ts'
import { FIRST_STEP_PORT, PORT_STEP } from '#test/lab/nat-rules.ts'
import { behaviourOf, punch, reachesTcp, startReflectors } from '#test/lab/probing.ts'
import { hostOf } from '#test/lab/site.ts'

const missing = await labIsMissing()

describe.skipIf(missing !== undefined)(
  `the lab${missing === undefined ? '' : ` (not run: ${missing})`}`,
  // Every case has sites of its own, and most of it waits.
  { concurrent: true },
  () => {
    let lab: Lab
    beforeAll(async () => {
      lab = await Lab.open()
      await startReflectors(lab)
    })
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    test.each(SITE_KIND_NAMES)('%s maps and filters as it should', async (name) => {
      await using site = await lab.connect(name)
      const { families, mapping, filtering, portOrder = 'kept' } = siteKind(name)
      const found = await behaviourOf(site.host, families[0] ?? 'ipv4')
      expect(found).toMatchObject({ mapping, filtering, portOrder })
    })

    test('a regular router goes on by the step that it is told, for new sockets too', async () => {
      await using site = await lab.connect('symmetric-step')
      const { ports } = await behaviourOf(site.host, 'ipv4')
      expect(ports.map((port) => port - FIRST_STEP_PORT)).toEqual(ports.map((_, index) => index * PORT_STEP))
    })

    test('dual stack keeps IPv6 addresses and lets in answers alone', async () => {
      await using site = await lab.connect('dual-stack')
      const found = await behaviourOf(site.host, 'ipv6')
      expect(found).toMatchObject({ mapping: 'none', filtering: 'address-and-port-dependent' })
    })

    test.each<[SiteKindName, 'ipv4' | 'ipv6']>([
      ['port-restricted', 'ipv6'],
      ['ipv6-only', 'ipv4'],
    ])('%s has no %s', async (name, family) => {
      await using site = await lab.connect(name)
      expect(await behaviourOf(site.host, family)).toMatchObject({ mapping: 'blocked', filtering: 'blocked' })
    })

    test('where UDP is blocked, TCP to port 443 goes through, and to no other port', async () => {
      await using site = await lab.connect('udp-blocked')
      const { ipv4 } = SERVERS.reflector
      const server = `for (const port of [443, 8443]) require('node:net').createServer().listen(port, '${ipv4}', () => console.log(port))`
      await using listener = lab.internet.start(process.execPath, ['-e', server])
      await listener.line((line) => (line === '8443' ? line : undefined))
      expect(await reachesTcp(site.host, ipv4, 443)).toBe(true)
      expect(await reachesTcp(site.host, ipv4, 8443)).toBe(false)
      expect(await reachesTcp(lab.internet, ipv4, 8443)).toBe(true)
    })

    test.each<[SiteKindName, boolean]>([
      ['hairpin', true],
      ['isolated', false],
    ])('two hosts behind %s reach each other by their outside addresses: %s', async (name, isThere) => {
      await using site = await lab.connect(name, 2)
      const [left, right] = [hostOf(site, 0), hostOf(site, 1)]
      expect(await punch(left, right)).toEqual({ left: isThere, right: isThere })
      expect(await isReachedInside(left, right)).toBe(false)
    })

    test('two hosts of one home reach each other inside', async () => {
      await using site = await lab.connect('port-restricted', 2)
      const [left, right] = [hostOf(site, 0), hostOf(site, 1)]
      expect(await isReachedInside(left, right)).toBe(true)
    })

    // The whole point of telling the kinds apart; a rule that is right for one packet and wrong for two shows here.
    test.each<[SiteKindName, SiteKindName, boolean]>([
      ['public', 'symmetric-random', false],
      ['full-cone', 'full-cone', true],
      ['address-restricted', 'port-restricted', true],
      ['port-restricted', 'port-restricted', true],
      ['carrier-grade', 'port-restricted', true],
      ['port-restricted', 'symmetric-step', false],
      ['symmetric-random', 'symmetric-random', false],
    ])('%s and %s hear each other at the addresses that they know: %s', async (one, other, isThere) => {
      await using left = await lab.connect(one)
      await using right = await lab.connect(other)
      const heard = await punch(left.host, right.host)
      expect(heard.left && heard.right).toBe(isThere)
    })
  },
)

async function isReachedInside(from: Namespace, to: Namespace): Promise<boolean> {
  const server = "require('node:net').createServer().listen(8080, () => console.log('listening'))"
  await using listener = to.start(process.execPath, ['-e', server])
  await listener.line((line) => (line === 'listening' ? line : undefined))
  const { lines } = await to.run('ip', ['-4', 'address'])
  const address = /inet (192\.168\.[\d.]+)/.exec(lines.join('\n'))?.[1]
  if (address === undefined) throw new Error('the host has no inside address')
  return await reachesTcp(from, address, 8080)
}

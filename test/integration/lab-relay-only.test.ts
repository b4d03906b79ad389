/**
 * `--route relay` hides the address: counters of both hosts' kernels see no packet between their own addresses, while the
 * file crosses, and see many when the same two hosts may choose.
 */

import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { siteAddresses } from '#test/lab/addresses.ts'
import type { SiteKindName } from '#test/lab/kinds.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import type { Namespace } from '#test/lab/namespace.ts'
import { LAUNCHER, startPublicServers, type PublicServers } from '#test/lab/public-servers.ts'
import type { Site } from '#test/lab/site.ts'

const missing = await labIsMissing()

/** With LINE some seconds: long enough for whatever looks for a better way to have looked. */
const FILE_BYTES = 4_500_000
const LINE = { rateMbit: 4, delayMs: 5, lossShare: 0, queueBytes: 50_000 }
/** The transfer takes ten seconds, on a busy machine a few times that. Milliseconds. */
const TRANSFER_LIMIT_MS = 80_000

/** Packets since the counters were set up. */
interface Counted {
  readonly toOther: number
  readonly fromOther: number
  /** Questions for names of the own network. */
  readonly localNames: number
}

interface Wanted {
  readonly kind: SiteKindName
  readonly relay: keyof PublicServers['relays']
  readonly isHidden: boolean
}

describe.skipIf(missing !== undefined)(
  `an address behind a relay${missing === undefined ? '' : ` (not run: ${missing})`}`,
  // Every case has sites of its own, and most of it waits.
  { concurrent: true },
  () => {
    let lab: Lab
    let servers: PublicServers
    beforeAll(async () => {
      lab = await Lab.open()
      servers = await startPublicServers(lab)
    })
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    test.each<Wanted>([
      { kind: 'public', relay: 'udp', isHidden: true },
      { kind: 'public', relay: 'tcp', isHidden: true },
      { kind: 'ipv6-only', relay: 'udp', isHidden: true },
    ])('of a host ($kind, relay over $relay) that wants it is not met by one packet', async (wanted) => {
      const { sender, receiver, isVerified, route } = await transfer(lab, servers, wanted)
      expect(isVerified).toBe(true)
      expect(route).toBe('relayed')
      const nothing = { toOther: 0, fromOther: 0 }
      expect(receiver).toEqual({ ...nothing, localNames: 0 })
      expect(sender).toMatchObject(nothing)
    })

    test.each<Wanted>([
      { kind: 'public', relay: 'udp', isHidden: false },
      { kind: 'ipv6-only', relay: 'udp', isHidden: false },
    ])('is seen by these counters where nobody hides ($kind)', async (wanted) => {
      const { sender, receiver, isVerified } = await transfer(lab, servers, wanted)
      expect(isVerified).toBe(true)
      for (const { toOther, fromOther } of [sender, receiver]) {
        expect(toOther).toBeGreaterThan(100)
        expect(fromOther).toBeGreaterThan(100)
      }
    })
  },
)

let transferCount = 0

async function transfer(
  lab: Lab,
  servers: PublicServers,
  { kind, relay, isHidden }: Wanted,
): Promise<{
  readonly sender: Counted
  readonly receiver: Counted
  readonly isVerified: boolean
  readonly route: string | undefined
}> {
  await using sending = await lab.connect(kind, 1, { line: LINE })
  await using receiving = await lab.connect(kind, 1, { line: LINE })
  await count(sending.host, ownAddressOf(receiving))
  await count(receiving.host, ownAddressOf(sending))
  const folder = path.join(lab.folder, `transfer${++transferCount}`)
  mkdirSync(folder)
  const content = randomBytes(FILE_BYTES)
  writeFileSync(path.join(folder, 'file.bin'), content)
  const network = ['--stun', servers.stun, '--relay', servers.relays[relay], '--json']
  const options = (name: string) => ({
    env: { BEELINE_HOME: path.join(folder, name), NODE_EXTRA_CA_CERTS: servers.authority },
  })
  const sharing = ['send', path.join(folder, 'file.bin'), '--coordinator', servers.coordinator]
  const send = sending.host.start(process.execPath, [LAUNCHER, ...sharing, ...network], options('sender'))
  const link = await send.line((line) => /"link":"([^"]+)"/.exec(line)?.[1])
  await send.line((line) => (line.includes('"coordinator":"online"') ? line : undefined))
  const fetching = ['get', link, '--to', path.join(folder, 'to'), '--yes']
  const hiding = isHidden ? ['--route', 'relay'] : []
  const get = receiving.host.start(
    process.execPath,
    [LAUNCHER, ...fetching, ...network, ...hiding],
    options('receiver'),
  )
  const ending = await get.ending(TRANSFER_LIMIT_MS)
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  return {
    sender: await counted(sending.host),
    receiver: await counted(receiving.host),
    isVerified:
      ending?.code === 0 && digest(readFileSync(path.join(folder, 'to', 'file.bin'))) === digest(content),
    route: get.lines
      .map((line) => /"routeKind":"(\w+)"/.exec(line)?.[1])
      .findLast((one) => one !== undefined),
  }
}

/** These hosts have no router that would give them another one. */
function ownAddressOf({ publicAddress, plan }: Site): string {
  return publicAddress === '' ? siteAddresses(plan.index).inside6.host(0) : publicAddress
}

async function count(host: Namespace, other: string): Promise<void> {
  const family = other.includes(':') ? 'ip6' : 'ip'
  await host.filter(`
    table inet watch {
      counter toOther {}
      counter fromOther {}
      counter localNames {}
      chain out {
        type filter hook output priority 0
        ${family} daddr ${other} counter name toOther
        udp dport 5353 counter name localNames
      }
      chain in {
        type filter hook input priority 0
        ${family} saddr ${other} counter name fromOther
      }
    }`)
}

async function counted(host: Namespace): Promise<Counted> {
  const { lines } = await host.run('nft', ['list', 'counters'])
  const text = lines.join(' ')
  const packets = (name: string): number => {
    const found = new RegExp(`counter ${name} \\{\\s*packets (\\d+)`).exec(text)?.[1]
    if (found === undefined) throw new Error(`no counter ${name} in: ${text}`)
    return Number(found)
  }
  return {
    toOther: packets('toOther'),
    fromOther: packets('fromOther'),
    localNames: packets('localNames'),
  }
}

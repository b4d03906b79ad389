/** Two computers on one cable, the real command line: a TLS lane comes about where TCP gets through, and nothing is lost where not. */

import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { labIsMissing } from '#test/lab/lab.ts'
import type { LabProcess } from '#test/lab/lab-process.ts'
import { Namespace } from '#test/lab/namespace.ts'
import { LAUNCHER } from '#test/lab/public-servers.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { writeRandomFile } from './harness/trees.ts'

const missing = await labIsMissing()

const MIB = 1024 * 1024
/** Of the sender's own coordinator, which is TCP too. */
const COORDINATOR_PORT = 8787
const LIMIT_MS = 40_000

const Link = v.object({ event: v.literal('link'), link: v.string() })
const Progress = v.object({
  event: v.literal('progress'),
  transfer: v.object({
    receivedBytes: v.number(),
    peers: v.array(
      v.object({
        tls: v.string(),
        route: v.nullable(v.object({ kind: v.string(), protocol: v.string() })),
      }),
    ),
  }),
})

interface Sight {
  readonly tls: string
  readonly protocol: string | undefined
  readonly receivedBytes: number
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  line: string,
): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), line)
  return parsed.success ? parsed.output : undefined
}

function sightOf(line: string): Sight | undefined {
  const transfer = parse(Progress, line)?.transfer
  const peer = transfer?.peers[0]
  if (transfer === undefined || peer === undefined) return undefined
  return { tls: peer.tls, protocol: peer.route?.protocol, receivedBytes: transfer.receivedBytes }
}

interface World extends AsyncDisposable {
  readonly folder: TempFolder
  readonly sender: Namespace
  readonly receiver: Namespace
}

async function openWorld(part: string, prefix: string, isIPv6: boolean): Promise<World> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await TempFolder.create())
  const sender = started.use(await Namespace.create(`${part}-a`))
  const receiver = started.use(await Namespace.create(`${part}-b`))
  await sender.plugInto(receiver, 'cable', 'cable')
  const length = isIPv6 ? 64 : 24
  await sender.ip([`address add ${prefix}1/${length} dev cable`])
  await receiver.ip([`address add ${prefix}2/${length} dev cable`])
  const world = { folder, sender, receiver }
  const resources = started.move()
  return { ...world, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Starts both; the receiver's words tell the rest. */
async function transfer(
  { folder, sender, receiver }: World,
  host: string,
  bytes: number,
  options: readonly string[] = [],
): Promise<LabProcess> {
  const file = folder.at('film.bin')
  writeRandomFile(file, bytes)
  const start = (place: Namespace, name: string, argv: readonly string[]): LabProcess =>
    place.start(process.execPath, [LAUNCHER, ...argv, '--json', '--no-port-mapping'], {
      env: { BEELINE_HOME: folder.at(name) },
    })
  const send = start(sender, 'sender', ['send', file, '--listen', `${host}:${COORDINATOR_PORT}`, ...options])
  const { link } = await send.line((line) => parse(Link, line), LIMIT_MS)
  await send.line((line) => (line.includes('"coordinator":"online"') ? line : undefined), LIMIT_MS)
  return start(receiver, 'receiver', ['get', link, '--to', folder.at('to'), '--yes'])
}

async function expectWhole(get: LabProcess, folder: TempFolder): Promise<Sight[]> {
  expect((await get.ending(LIMIT_MS))?.code, get.describe()).toBe(0)
  expect(Buffer.compare(readFileSync(folder.at('to', 'film.bin')), readFileSync(folder.at('film.bin')))).toBe(
    0,
  )
  return get.lines.map(sightOf).filter((sight) => sight !== undefined)
}

/** Nothing of TCP gets in but what belongs to the coordinator, and what was begun from here. */
const CLOSED_TO_STRANGERS = `
  table inet wall {
    chain input {
      type filter hook input priority 0; policy accept;
      tcp dport ${COORDINATOR_PORT} accept
      tcp flags & (syn | ack) == syn drop
    }
  }`
/** Nothing of TCP gets through but what belongs to the coordinator. */
const NO_TCP = `
  table inet wall {
    chain input {
      type filter hook input priority 0; policy accept;
      tcp dport ${COORDINATOR_PORT} accept
      tcp sport ${COORDINATOR_PORT} accept
      meta l4proto tcp drop
    }
  }`

describe.skipIf(missing !== undefined)(
  `TLS lanes${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test.each([
      ['IPv4', '10.77.0.', '10.77.0.1', false],
      ['IPv6', 'fd77::', '[fd77::1]', true],
    ])('over %s the bytes take one', async (_family, prefix, host, isIPv6) => {
      await using world = await openWorld('tls', prefix, isIPv6)
      const get = await transfer(world, host, 64 * MIB)
      const sights = await expectWhole(get, world.folder)
      expect(sights.map(({ protocol }) => protocol)).toContain('tls')
      expect(sights.at(-1)?.receivedBytes).toBeLessThanOrEqual(64 * MIB)
    })

    test('where the sender lets nothing in, the receiver is dialled', async () => {
      await using world = await openWorld('tls', '10.77.0.', false)
      await world.sender.filter(CLOSED_TO_STRANGERS)
      const get = await transfer(world, '10.77.0.1', 512 * MIB)
      const sights = await expectWhole(get, world.folder)
      expect(sights.map(({ tls }) => tls)).toContain('trying')
      expect(sights.map(({ protocol }) => protocol)).toContain('tls')
    })

    test('where nobody lets anything in, the data channels carry everything, and it is said why', async () => {
      await using world = await openWorld('tls', '10.77.0.', false)
      await world.sender.filter(CLOSED_TO_STRANGERS)
      await world.receiver.filter(CLOSED_TO_STRANGERS)
      const get = await transfer(world, '10.77.0.1', 512 * MIB)
      const sights = await expectWhole(get, world.folder)
      expect(sights.map(({ protocol }) => protocol)).not.toContain('tls')
      expect(sights.map(({ tls }) => tls)).toContain('trying')
    })

    test('when TCP dies in the middle, the data channels carry on', async () => {
      await using world = await openWorld('tls', '10.77.0.', false)
      const get = await transfer(world, '10.77.0.1', 512 * MIB)
      await get.line((line) => (sightOf(line)?.protocol === 'tls' ? line : undefined), LIMIT_MS)
      await world.receiver.filter(NO_TCP)
      const sights = await expectWhole(get, world.folder)
      expect(sights.findLast(({ protocol }) => protocol !== undefined)?.protocol).toBe('udp')
      // What was under way may come twice: the window of one lane.
      expect(sights.at(-1)?.receivedBytes).toBeLessThan((512 + 9) * MIB)
    })

    test('switched off on one side, there is none', async () => {
      await using world = await openWorld('tls', '10.77.0.', false)
      const get = await transfer(world, '10.77.0.1', 32 * MIB, ['--no-tls-lanes'])
      const sights = await expectWhole(get, world.folder)
      expect(new Set(sights.map(({ tls }) => tls))).toEqual(new Set(['none']))
    })
  },
)

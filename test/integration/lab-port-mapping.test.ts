/** Ports that a real router (miniupnpd) opens: an outside host reaches one through a router that lets in nobody unasked. */

import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import type { LabProcess } from '#test/lab/lab-process.ts'
import type { Namespace } from '#test/lab/namespace.ts'
import { PORT_OPENER_PACKAGE, type PortOpening } from '#test/lab/port-opener.ts'
import { newLane } from './harness/hostile-peer.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'

const missing =
  (await labIsMissing()) ??
  (await ensurePackages([PORT_OPENER_PACKAGE]).then(
    () => undefined,
    (error: unknown) => String(error),
  ))

const Asked = v.object({
  state: v.looseObject({ kind: v.string() }),
  opened: v.nullable(v.object({ address: v.string(), port: v.number() })),
  localPort: v.number(),
  tookMs: v.number(),
})
type Asked = v.InferOutput<typeof Asked>

const PORT_MAPPING = new URL('../../engine/connect/port-mapping/', import.meta.url)
const NAT_PMP = `
  import { findGateway } from '${PORT_MAPPING.href}gateway.ts'
  import { findNatPmp } from '${PORT_MAPPING.href}nat-pmp.ts'
  const router = await findNatPmp(await findGateway(), 5351, AbortSignal.timeout(5000))
  const outcome = await router.map({ localPort: 41000, wantedPort: 41000, lifetimeS: 1200 })
  console.log(JSON.stringify(outcome))
  await router.unmap(outcome.mapping)`
const RTC_PEER = fileURLToPath(new URL('../lab/rtc-peer.ts', import.meta.url))
const ASKER = fileURLToPath(new URL('../lab/port-asker.ts', import.meta.url))

describe.skipIf(missing !== undefined)(
  `ports that routers open${missing === undefined ? '' : ` (not run: ${missing})`}`,
  // Every case has sites of its own, and most of it waits.
  { concurrent: true },
  () => {
    let lab: Lab
    let outside: Namespace
    beforeAll(async () => {
      lab = await Lab.open()
      outside = (await lab.connect('public')).host
    })
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    test.each<[PortOpening, string]>([
      ['pcp', 'pcp'],
      ['upnp-1', 'upnp-igd'],
      ['upnp-2', 'upnp-igd'],
    ])('a router with %s opens one by %s, and closes it again', async (portOpening, protocol) => {
      await using site = await lab.connect('symmetric-random', 1, { portOpening })
      await using asker = site.host.start(process.execPath, [ASKER])
      const { state, opened, localPort, tookMs } = await asked(asker)
      expect(state).toEqual({ kind: 'works', protocol, externalAddress: site.publicAddress })
      expect(opened).toEqual({ address: site.publicAddress, port: localPort })
      expect(tookMs).toBeLessThan(5000)
      const port = opened?.port ?? 0
      expect(await answerOf(outside, site.publicAddress, port)).toBe('hello')
      // Nobody in between has changed what comes in, and a port that was not asked for stays shut.
      await asker.line((line) => (line.includes('"heard":"hello"') ? line : undefined))
      expect(await answerOf(outside, site.publicAddress, port === 65_535 ? port - 1 : port + 1)).toBe('')
      asker.end()
      await asker.line((line) => (line.includes('"closed":true') ? line : undefined))
      expect(await answerOf(outside, site.publicAddress, port)).toBe('')
    })

    test.each<[string, string | undefined, string]>([
      ['direct when one of them has a port opened', 'open-ports', 'route'],
      ['not connected when the switch is off', undefined, 'failed'],
    ])(
      'two hosts behind symmetric routers, without any server, are %s',
      async (_what, option, outcome) => {
        await using home = await lab.connect('symmetric-random', 1, { portOpening: 'pcp' })
        await using other = await lab.connect('symmetric-random')
        const lane = newLane()
        const argv = (role: string): string[] => [
          RTC_PEER,
          role,
          lane,
          ...(option === undefined ? [] : [option]),
        ]
        await using offerer = other.host.start(process.execPath, argv('offer'))
        await using answerer = home.host.start(process.execPath, argv('answer'))
        passSignals(offerer, answerer)
        passSignals(answerer, offerer)
        const ended = (line: string): string | undefined => (/^(route|failed)/.test(line) ? line : undefined)
        const [seen, seenByOther] = await Promise.all([
          answerer.line(ended, 30_000),
          offerer.line(ended, 30_000),
        ])
        expect([seen, seenByOther].map((line) => line.split(' ')[0])).toEqual([outcome, outcome])
        if (outcome === 'failed') return
        const route = JSON.parse(seenByOther.slice('route '.length)) as unknown
        expect(route).toMatchObject({ kind: 'direct' })
        expect(JSON.stringify(route)).toContain(home.publicAddress)
        answerer.end()
        await answerer.line((line) => (line === 'closed' ? line : undefined))
      },
      60_000,
    )

    // Every router of the lab that speaks it speaks PCP too, which is asked first.
    test('a router opens one by NAT-PMP', async () => {
      await using site = await lab.connect('port-restricted', 1, { portOpening: 'pcp' })
      const { lines, lastWords } = await site.host.run(process.execPath, [
        '--input-type=module',
        '-e',
        NAT_PMP,
      ])
      expect(lastWords).toBe('')
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({
        kind: 'mapped',
        mapping: {
          localPort: 41_000,
          externalAddress: site.publicAddress,
          externalPort: 41_000,
          lifetimeS: 1200,
        },
      })
    })

    test('a router that opens none is found out in a few seconds', async () => {
      await using site = await lab.connect('port-restricted')
      await using asker = site.host.start(process.execPath, [ASKER])
      const { state, opened, tookMs } = await asked(asker)
      expect({ state, opened }).toEqual({ state: { kind: 'absent' }, opened: null })
      expect(tookMs).toBeLessThan(8000)
    })

    test('a device with a public address asks nobody', async () => {
      await using asker = outside.start(process.execPath, [ASKER])
      expect(await asked(asker)).toMatchObject({ state: { kind: 'absent' }, opened: null })
    })

    test('a router behind a second one is of no use', async () => {
      await using site = await lab.connect('carrier-grade', 1, { portOpening: 'upnp-1' })
      await using asker = site.host.start(process.execPath, [ASKER])
      const { state, opened } = await asked(asker)
      expect(opened).toBeNull()
      // miniupnpd itself refuses then, or tells its shared address.
      expect(['refused', 'second-router']).toContain(state.kind)
    })
  },
)

function asked(asker: LabProcess): Promise<Asked> {
  return asker.line((line) => v.parse(v.pipe(v.string(), v.parseJson(), Asked), line))
}

/** Lines of JSON of one are the other's input. */
function passSignals(from: LabProcess, to: LabProcess): void {
  void from
    .line((line) => {
      if (line.startsWith('{')) to.write(`${line}\n`)
      return undefined
    }, 60_000)
    .catch(() => undefined)
}

/** What comes back to a datagram; empty when nothing does. */
async function answerOf(host: Namespace, address: string, port: number): Promise<string> {
  const code = `const socket = require('node:dgram').createSocket('udp4')
    socket.on('message', (message) => { console.log(String(message)); process.exit(0) })
    const send = () => socket.send('hello', ${port}, '${address}')
    send()
    setInterval(send, 200)
    setTimeout(() => process.exit(0), 1000)`
  return (await host.run(process.execPath, ['-e', code])).lines[0] ?? ''
}

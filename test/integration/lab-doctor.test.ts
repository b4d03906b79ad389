/** `beeline doctor` in hosts of the lab tells the truth about the network that each of them has. */

import path from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DoctorView, type DoctorCheck, type DoctorFinding } from '#shared/api/doctor-views.ts'
import type { SiteKindName } from '#test/lab/kinds.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import { PORT_OPENER_PACKAGE } from '#test/lab/port-opener.ts'
import { LAUNCHER, startPublicServers, type PublicServers } from '#test/lab/public-servers.ts'
import type { Site } from '#test/lab/site.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'

const missing = await labIsMissing()
const portOpenerIsMissing =
  missing !== undefined ||
  (await ensurePackages([PORT_OPENER_PACKAGE]).then(
    () => false,
    () => true,
  ))

const DoctorLine = v.object({ event: v.literal('doctor'), ...DoctorView.entries })

interface Examination {
  readonly view: DoctorView
  readonly code: number | null
  /** Outcomes of the checks that there is one of, in short. */
  readonly network: Readonly<Partial<Record<DoctorCheck, DoctorFinding['outcome']>>>
  /** Of each relay: `works`, or the error's code. */
  readonly relays: readonly string[]
}

const mappingOf = ({ view }: Examination): DoctorFinding | undefined =>
  view.findings.find(({ check }) => check === 'port-mapping')

describe.skipIf(missing !== undefined)(
  `the doctor in the lab${missing === undefined ? '' : ` (not run: ${missing})`}`,
  // Every case has sites of its own, and most of it waits.
  { concurrent: true },
  () => {
    let lab: Lab
    let servers: PublicServers
    let examinationCount = 0
    beforeAll(async () => {
      lab = await Lab.open()
      servers = await startPublicServers(lab)
    })
    // Undefined when it could not be opened.
    afterAll(async () => lab?.[Symbol.asyncDispose]())

    /** @param argv besides the servers of the lab, or instead of them */
    async function examine(site: Site, argv: readonly string[] = ownServers()): Promise<Examination> {
      const home = path.join(lab.folder, `doctor${++examinationCount}`)
      const ending = await site.host.run(process.execPath, [LAUNCHER, 'doctor', '--json', ...argv], {
        env: {
          BEELINE_HOME: home,
          BEELINE_COORDINATOR: '',
          BEELINE_BIND: '',
          NODE_EXTRA_CA_CERTS: servers.authority,
        },
      })
      const line = v.safeParse(v.pipe(v.string(), v.parseJson(), DoctorLine), ending.lines.at(-1))
      if (!line.success) throw new Error(`no verdict: ${ending.lines.join('\n')} ${ending.lastWords}`)
      const { findings } = line.output
      const outcomes = findings
        .filter(({ subject, check }) => subject === null && check !== 'port-mapping')
        .map(({ check, outcome }) => [check, outcome])
      return {
        view: line.output,
        code: ending.code,
        network: v.parse(
          v.record(v.string(), DoctorView.entries.findings.item.entries.outcome),
          Object.fromEntries(outcomes),
        ),
        relays: findings
          .filter(({ check }) => check === 'turn')
          .map(({ outcome, error }) => error ?? outcome),
      }
    }

    const ownServers = (): string[] => {
      const { coordinator, stun, relays } = servers
      const relayOptions = Object.values(relays).flatMap((relay) => ['--relay', relay])
      return ['--coordinator', coordinator, '--stun', stun, ...relayOptions]
    }

    test.each<[SiteKindName, Examination['network'], Partial<DoctorView>]>([
      [
        'public',
        {
          clock: 'right',
          ipv4: 'works',
          ipv6: 'no-address',
          nat: 'public',
          filtering: 'open',
          hairpin: 'skipped',
        },
        { verdict: 'direct-all', hasRelay: true },
      ],
      [
        'port-restricted',
        {
          clock: 'right',
          ipv4: 'works',
          ipv6: 'no-address',
          nat: 'endpoint',
          filtering: 'port',
          hairpin: 'absent',
        },
        { verdict: 'direct-most', hasRelay: true },
      ],
      [
        'hairpin',
        {
          clock: 'right',
          ipv4: 'works',
          ipv6: 'no-address',
          nat: 'endpoint',
          filtering: 'open',
          hairpin: 'works',
        },
        { verdict: 'direct-all', hasRelay: true },
      ],
      [
        'symmetric-random',
        {
          clock: 'right',
          ipv4: 'works',
          ipv6: 'no-address',
          nat: 'random',
          filtering: 'port',
          hairpin: 'skipped',
        },
        { verdict: 'direct-some', hasRelay: true },
      ],
      [
        'symmetric-step',
        {
          clock: 'right',
          ipv4: 'works',
          ipv6: 'no-address',
          nat: 'step',
          filtering: 'port',
          hairpin: 'skipped',
        },
        { verdict: 'direct-most', hasRelay: true },
      ],
      [
        'ipv6-only',
        {
          clock: 'right',
          ipv4: 'no-address',
          ipv6: 'works',
          nat: 'public',
          filtering: 'port',
          hairpin: 'skipped',
        },
        { verdict: 'direct-some', hasRelay: true },
      ],
    ])('%s', async (kind, network, verdict) => {
      await using site = await lab.connect(kind)
      const found = await examine(site)
      expect(found.network).toEqual(network)
      expect(found.view).toMatchObject(verdict)
      expect(found.relays).toEqual(['works', 'works', 'works'])
      expect(found.code).toBe(0)
      const ipv4 = found.view.findings.find(({ check }) => check === 'ipv4')
      expect(ipv4?.detail ?? '').toBe(site.publicAddress)
      // The report has no more of it than the provider.
      expect(found.view.report).not.toMatch(/203\.0\.113|2001:db8:\d/)
      expect(found.view.report).not.toContain('example')
    })

    test('where UDP is blocked, relays over TCP and TLS are found, and without them it is said that nothing goes', async () => {
      await using site = await lab.connect('udp-blocked')
      const found = await examine(site)
      expect(found.network).toEqual({
        clock: 'right',
        ipv4: 'blocked',
        ipv6: 'no-address',
        nat: 'skipped',
        filtering: 'skipped',
        hairpin: 'skipped',
      })
      expect(found.relays).toEqual(['turn.unreachable', 'works', 'works'])
      expect(found.view).toMatchObject({ verdict: 'relay', hasRelay: true })
      expect(found.code).toBe(0)
      const { coordinator, stun, relays } = servers
      const without = await examine(site, [
        '--coordinator',
        coordinator,
        '--stun',
        stun,
        '--relay',
        relays.udp,
      ])
      expect(without.view).toMatchObject({ verdict: 'lan', hasRelay: false })
      expect(without.code).toBe(69)
    })

    test.skipIf(portOpenerIsMissing)(
      'a router that opens ports makes up for its random ones, unless another one stands in front',
      async () => {
        await using home = await lab.connect('symmetric-random', 1, { portOpening: 'pcp' })
        const found = await examine(home)
        expect(found.network.nat).toBe('random')
        expect(mappingOf(found)).toMatchObject({ outcome: 'works', detail: 'PCP' })
        expect(found.view.verdict).toBe('direct-all')
        await using behind = await lab.connect('carrier-grade-symmetric', 1, { portOpening: 'upnp-1' })
        const second = await examine(behind)
        // miniupnpd itself refuses then, or tells its shared address.
        expect(mappingOf(second)).toMatchObject({ outcome: 'absent' })
        expect(second.view.verdict).toBe('direct-some')
      },
    )

    test('a wrong password is told from a server that is not there, through a router too', async () => {
      await using site = await lab.connect('port-restricted')
      const { coordinator, relays } = servers
      const wrong = relays.udp.replace(/:[^:@]*@/, ':wrong@')
      const nobody = relays.udp.replace(/:\d+$/, ':9')
      const found = await examine(site, ['--coordinator', coordinator, '--relay', wrong, '--relay', nobody])
      expect(found.relays).toEqual(['turn.bad-credentials', 'turn.unreachable'])
      expect(found.view.hasRelay).toBe(false)
      expect(JSON.stringify(found.view)).not.toContain('wrong@')
    })
  },
)

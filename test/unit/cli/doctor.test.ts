/** `beeline doctor` in words: for a terminal, for a pipe, as JSON and as a report, and its exit codes. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adviceSentences, CHECK_NAMES, findingSentence, verdictSentences } from '#cli/doctor-words.ts'
import { conclusionLines, doctorPicture } from '#cli/output/doctor-picture.ts'
import { COLOUR_STYLE, PLAIN_STYLE } from '#cli/output/style.ts'
import { displayWidth } from '#cli/terminal-text.ts'
import type { DoctorOptions } from '#engine/doctor/doctor.ts'
import type { SavedNetwork } from '#engine/doctor/saved-network.ts'
import { hasWorkingRelay, verdictOf } from '#engine/doctor/verdict.ts'
import {
  DoctorCheck,
  DoctorOutcome,
  DoctorVerdict,
  type DoctorFinding,
  type DoctorView,
} from '#shared/api/doctor-views.ts'
import { ERRORS, isErrorCode } from '#shared/errors.ts'
import { finding, homeWith } from '#test/unit/engine/doctor/finding.ts'
import { cliHarness } from './doctor-harness.ts'

function viewOf(findings: DoctorFinding[], isOver = true): DoctorView {
  return {
    findings,
    verdict: isOver ? verdictOf(findings, 'automatic') : null,
    hasRelay: hasWorkingRelay(findings, 'automatic'),
    report: isOver ? 'the report\n' : null,
  }
}

/** What a server could say, and what it could be called. */
const OTHERS_TEXT = [
  null,
  '',
  '401 Unauthorized',
  '-3',
  '1e999',
  'x\u001b[31m',
  '\u202etxt',
  'a\nb',
  '\u0000',
  '5'.repeat(40),
]

describe('words', () => {
  const codes = Object.keys(ERRORS).filter(isErrorCode)

  test('exist for everything that can be found, and repeat no control characters of others', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DoctorCheck.options),
        fc.constantFrom(...DoctorOutcome.options),
        fc.constantFrom(...OTHERS_TEXT),
        fc.constantFrom(...OTHERS_TEXT),
        fc.option(fc.constantFrom(...codes)),
        (check, outcome, detail, subject, error) => {
          const sentence = findingSentence(finding(check, outcome, { detail, subject, error }))
          expect(sentence.length).toBeGreaterThan(3)
          expect(sentence).not.toMatch(/\p{Cc}|undefined|null|NaN|Infinity/u)
        },
      ),
    )
  })

  test.each(DoctorVerdict.options)('exist for the verdict %s, with and without a relay', (verdict) => {
    for (const hasRelay of [true, false]) {
      const view = { ...viewOf(homeWith({})), verdict, hasRelay }
      expect(verdictSentences(view).length).toBeGreaterThan(0)
      expect(hasRelay && /without a relay/.test(verdictSentences(view).join()) && verdict !== 'lan').toBe(
        false,
      )
    }
  })

  test.each([
    [
      {},
      'Direct to most friends. People on some mobile and company networks cannot be reached without a relay.',
    ],
    [
      { turn: 'works' },
      'Direct to most friends; through a relay to people on some mobile and company networks.',
    ],
    [
      { nat: 'random', turn: 'works' },
      'Direct to friends whose router is open; through a relay to all others.',
    ],
    [{ nat: 'skipped', turn: 'works' }, 'Direct to some friends at least; through a relay to all others.'],
    [
      { ipv4: 'no-address', ipv6: 'works', nat: 'public', turn: 'works' },
      'Direct to friends who have IPv6 as well; through a relay to all others.',
    ],
    [
      { ipv4: 'blocked', nat: 'skipped', turn: 'works' },
      'To everybody, but only through a relay: this network lets no UDP through.',
    ],
    [
      { coordinator: 'skipped', ipv4: 'skipped', nat: 'skipped' },
      'Only to people on your own network, because no coordinator is named.',
    ],
    [
      { coordinator: 'skipped', turn: 'works' },
      'Only to people on your own network, because no coordinator is named. With a coordinator it would be: Direct to most friends; through a relay to people on some mobile and company networks.',
    ],
    [
      { coordinator: 'failed' },
      'Sending does not work: the coordinator, which introduces devices to each other, is not reached.',
    ],
  ] as const)('say what %o means', (changes, sentence) => {
    expect(verdictSentences(viewOf(homeWith(changes))).join(' ')).toBe(sentence)
  })

  test.each([
    [{ 'port-mapping': 'works', filtering: 'open' }, []],
    [{ turn: 'works' }, []],
    [{}, ['Name a relay']],
    [{ ipv4: 'blocked', nat: 'skipped' }, ['turns:…:443']],
    [{ turn: 'failed' }, ['Mend the relay']],
    [{ nat: 'random', turn: 'works' }, ['switch on UPnP']],
    [{ nat: 'random', turn: 'works', 'port-mapping': 'off' }, ['Switch port opening on']],
    [{ coordinator: 'skipped', turn: 'works' }, ['name a coordinator']],
    [{ coordinator: 'failed', turn: 'works', clock: 'skipped' }, ['Check the coordinator']],
    [{ clock: 'wrong', turn: 'works' }, ['clock']],
  ] as const)('advise about %o', (changes, wanted) => {
    const advice = adviceSentences(viewOf(homeWith(changes)))
    expect(advice).toHaveLength(wanted.length)
    wanted.forEach((part, i) => expect(advice[i]).toContain(part))
  })

  test('say by how much a clock is wrong', () => {
    expect(findingSentence(finding('clock', 'wrong', { detail: '-125' }))).toContain('2 min 5 s behind')
    expect(findingSentence(finding('clock', 'wrong', { detail: '7300' }))).toContain('2 h 1 min ahead')
  })
})

test.each([40, 60, 80, 100, 200])('fits into %i columns', (width) => {
  const findings = DoctorCheck.options.flatMap((check) =>
    DoctorOutcome.options.map((outcome) =>
      finding(check, outcome, { subject: 'turn:turn.example:443', error: 'turn.unreachable', detail: '7' }),
    ),
  )
  for (const hasRelay of [true, false]) {
    for (const verdict of DoctorVerdict.options) {
      const view = { ...viewOf(findings), verdict, hasRelay }
      for (const line of [
        ...doctorPicture(view, width, COLOUR_STYLE),
        ...conclusionLines(view, width, COLOUR_STYLE),
      ]) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }
    }
  }
  expect(conclusionLines(viewOf(findings, false), width, PLAIN_STYLE)).toEqual([])
})

const COORDINATOR = ['--coordinator', 'http://192.168.1.5:8787']

describe('the command', () => {
  const home = viewOf(homeWith({ turn: 'works' }))

  test('tells a pipe each finding once, in the order of the checks, and the conclusion', async () => {
    const running = homeWith({ turn: 'works' }).map((one) =>
      one.check === 'ipv4' ? { ...one, outcome: 'running' as const } : one,
    )
    const { code, out } = await cliHarness(COORDINATOR, [viewOf(running, false), home])
    expect(code).toBe(0)
    const names = out
      .split('\n\n')[0]
      ?.split('\n')
      .map((line) => line.slice(2, 15).trim())
      .filter((name) => name !== '')
    expect(names).toEqual(home.findings.map(({ check }) => CHECK_NAMES[check]))
    expect(out).toContain('Direct to most friends; through a relay')
    expect(out).not.toContain('\x1b')
  })

  test('as JSON gives the findings as they come, and the whole at the end', async () => {
    const running = homeWith({ turn: 'running' })
    const { out } = await cliHarness([...COORDINATOR, '--json'], [viewOf(running, false), home])
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; check?: string; verdict?: string })
    expect(events.at(-1)).toMatchObject({ event: 'doctor', verdict: 'direct-most', hasRelay: true })
    expect(events.slice(0, -1).map(({ check }) => check)).toEqual(home.findings.map(({ check }) => check))
    expect(out.split('\n').slice(0, -2).join()).not.toContain('running')
  })

  test('prints nothing but the report when asked for it', async () => {
    expect((await cliHarness([...COORDINATOR, '--report'], [home])).out).toBe('the report\n')
  })

  test.each([
    [{}, 0],
    [{ coordinator: 'skipped' }, 0],
    [{ coordinator: 'failed' }, 69],
    [{ ipv4: 'blocked', nat: 'skipped' }, 69],
    [{ ipv4: 'blocked', nat: 'skipped', turn: 'works' }, 0],
  ] as const)('ends according to %o with %i', async (changes, code) => {
    expect((await cliHarness([], [viewOf(homeWith(changes))])).code).toBe(code)
  })

  test.each([
    [['extra']],
    [['--json', '--report']],
    [['--stun', 'turn:a:b@c']],
    [['--coordinator', 'gopher://x']],
  ])('refuses %j', async (argv) => {
    expect((await cliHarness(argv, [home])).code).toBe(64)
  })

  describe('what is not given', () => {
    const saved: SavedNetwork = {
      coordinator: { host: 'saved.example', isTls: true },
      network: {
        iceServers: [{ urls: ['stun:saved.example:3478'] }],
        routePolicy: 'relay',
        portMapping: false,
      },
      locked: ['turn:locked.example:3478?transport=udp'],
    }
    const optionsWith = async (
      argv: string[],
      kept: SavedNetwork | undefined,
    ): Promise<[DoctorOptions, string]> => {
      const { options, out } = await cliHarness(argv, [home], kept)
      if (options === undefined) throw new Error('the doctor was not asked')
      return [options, out]
    }

    test('comes from the saved settings, and what they cannot give is named', async () => {
      const [options, out] = await optionsWith([], saved)
      expect(options.coordinator).toEqual(saved.coordinator)
      expect(options.network).toEqual(saved.network)
      expect(out).toContain('locked.example')
    })

    test('gives way to what is', async () => {
      const [options, out] = await optionsWith(
        [...COORDINATOR, '--stun', 'stun:a', '--stun', 'stun:b', '--relay', 'turn:u:p@c'],
        saved,
      )
      expect(options.coordinator).toEqual({ host: '192.168.1.5:8787', isTls: false })
      expect(options.network.iceServers.map(({ urls }) => urls[0])).toEqual([
        'stun:a:3478',
        'stun:b:3478',
        'turn:c:3478?transport=udp',
      ])
      expect(options.network.routePolicy).toBe('relay')
      expect(out).not.toContain('locked.example')
    })

    test('leaves the router alone when told so', async () => {
      const kept = { ...saved, network: { ...saved.network, portMapping: true } }
      const [options] = await optionsWith(['--no-port-mapping'], kept)
      expect(options.network.portMapping).toBe(false)
    })

    test('without any is not known', async () => {
      const [options] = await optionsWith([], undefined)
      expect(options).toEqual({
        coordinator: undefined,
        network: { iceServers: [], routePolicy: 'automatic', portMapping: true },
      })
    })
  })
})

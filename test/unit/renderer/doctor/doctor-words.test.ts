/** What the window says of the doctor's findings and verdict. */

import { describe, expect, test } from 'vitest'
import { adviceFor, findingWords, markOf, verdictWords } from '#renderer/screens/doctor/doctor-words.ts'
import { createFormat } from '#renderer/text/format.ts'
import { korean } from '#renderer/text/korean.ts'
import { english } from '#renderer/text/messages.ts'
import {
  DoctorCheck,
  DoctorVerdict,
  type DoctorFinding,
  type DoctorOutcome,
  type DoctorView,
} from '#shared/api/doctor-views.ts'

const format = createFormat('en-US')

function finding(
  check: DoctorCheck,
  outcome: DoctorOutcome,
  more: Partial<DoctorFinding> = {},
): DoctorFinding {
  return { check, outcome, subject: null, grade: null, detail: null, error: null, tookMs: 1, ...more }
}
const said = (of: DoctorFinding, isOver = true) => findingWords(of, isOver, english, format)

/** What the contract says that each check may come out as. */
const OWN_OUTCOMES: Readonly<Record<DoctorCheck, readonly DoctorOutcome[]>> = {
  coordinator: ['works'],
  clock: ['right', 'wrong'],
  ipv4: ['works', 'no-address', 'blocked'],
  ipv6: ['works', 'no-address', 'blocked'],
  nat: ['public', 'endpoint', 'step', 'random'],
  filtering: ['open', 'address', 'port'],
  hairpin: ['works', 'absent'],
  'port-mapping': ['works', 'absent', 'off'],
  stun: ['works'],
  turn: ['works'],
}

describe('findings', () => {
  const pairs = DoctorCheck.options.flatMap((check) =>
    OWN_OUTCOMES[check].map((outcome) => [check, outcome] as const),
  )

  test.each(pairs)('%s that came out as %s has words of its own, in both languages', (check, outcome) => {
    for (const text of [english, korean]) {
      const words = findingWords(finding(check, outcome), true, text, format)
      expect(words.length).toBeGreaterThan(2)
      // What is said of anything that has no words of its own.
      expect(words).not.toBe(text.doctor.said.works)
    }
  })

  test('an outcome that does not belong to a check has words all the same', () => {
    expect(said(finding('turn', 'blocked'))).toBe('Not tried.')
    expect(said(finding('nat', 'works'))).toBe(english.doctor.said.works)
  })

  test.each<[DoctorFinding, string]>([
    [finding('ipv4', 'works', { detail: '203.0.113.7' }), 'others see 203.0.113.7'],
    [finding('stun', 'works', { detail: '203.0.113.7' }), 'it sees 203.0.113.7'],
    [finding('nat', 'step', { detail: '-2' }), 'in steps of -2'],
    [finding('clock', 'wrong', { detail: '125' }), '2 min 5 sec ahead'],
    [finding('clock', 'wrong', { detail: '-125' }), '2 min 5 sec behind'],
    [finding('clock', 'wrong', { detail: 'soon' }), 'Wrong.'],
    [finding('port-mapping', 'works', { detail: 'NAT-PMP' }), 'by NAT-PMP'],
    [finding('port-mapping', 'absent', { detail: 'second-router' }), 'another router stands between'],
    [finding('port-mapping', 'absent', { detail: 'refused' }), 'refuses'],
    [finding('coordinator', 'skipped'), 'introduces devices itself'],
    [finding('filtering', 'skipped'), 'a STUN server with two addresses'],
    [finding('filtering', 'skipped', { detail: 'blocked' }), 'nothing comes back over UDP'],
    [finding('turn', 'failed', { error: 'turn.expired' }), english.errors['turn.expired']],
    [finding('turn', 'failed'), english.errors.internal],
  ])('%o says “%s”', (of, words) => {
    expect(said(of)).toContain(words)
  })

  test('what still ran when it was stopped is not shown as running for ever', () => {
    const running = finding('nat', 'running')
    expect(markOf(running, false)).toBe('running')
    expect(markOf(running, true)).toBe('none')
    expect(said(running, false)).toBe(english.doctor.said.running)
    expect(said(running, true)).toBe(english.doctor.said.stopped)
  })

  test('advice is given where something can be done', () => {
    const advised = (...findings: readonly [DoctorFinding, ...DoctorFinding[]]) =>
      adviceFor(findings[0], findings, english)
    expect(advised(finding('ipv4', 'blocked'))).toBe(english.doctor.advice.udp)
    expect(advised(finding('port-mapping', 'absent'))).toBe(english.doctor.advice.mapping)
    expect(advised(finding('port-mapping', 'off'), finding('nat', 'random'))).toBe(
      english.doctor.advice.mappingOff,
    )
    expect(advised(finding('port-mapping', 'off'), finding('nat', 'public'))).toBeUndefined()
    expect(advised(finding('hairpin', 'absent'))).toBeUndefined()
    expect(advised(finding('nat', 'endpoint'))).toBeUndefined()
  })
})

describe('the verdict', () => {
  const view = (more: Partial<DoctorView>): DoctorView => ({
    findings: [],
    verdict: 'direct-most',
    hasRelay: true,
    report: '',
    ...more,
  })

  test('is not there while it runs', () => {
    expect(verdictWords(view({ verdict: null }), english)).toBeUndefined()
  })

  test('tells who is reached how', () => {
    expect(verdictWords(view({}), english)).toEqual({
      tone: 'good',
      words: 'Direct to most friends; through a relay to people on some mobile networks.',
      help: undefined,
    })
  })

  test('without a relay it says who is not reached, and what would help', () => {
    const told = verdictWords(view({ hasRelay: false }), english)
    expect(told?.tone).toBe('warn')
    expect(told?.words).toContain('cannot be reached')
    expect(told?.help).toContain('TURN')
  })

  test('without a coordinator it is that which helps', () => {
    const findings = [finding('coordinator', 'skipped')]
    expect(verdictWords(view({ verdict: 'lan', hasRelay: false, findings }), english)?.help).toBe(
      english.doctor.help.coordinator,
    )
  })

  test('of a device with IPv6 alone names those who have it too', () => {
    const some = view({ verdict: 'direct-some' })
    expect(verdictWords(some, english)?.words).toContain('IPv6')
    expect(verdictWords({ ...some, findings: [finding('ipv4', 'works')] }, english)?.words).toContain(
      'lets everybody in',
    )
  })

  test('is bad where nobody outside is reached', () => {
    const tones = DoctorVerdict.options.map((verdict) => verdictWords(view({ verdict }), english)?.tone)
    expect(tones).toEqual(['good', 'good', 'warn', 'warn', 'bad', 'bad'])
  })
})

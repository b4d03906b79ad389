/** What findings mean for sending to friends. */

import { describe, expect, test } from 'vitest'
import type { DoctorCheck, DoctorOutcome, DoctorVerdict } from '#shared/api/doctor-views.ts'
import { DoctorCheck as Checks, DoctorOutcome as Outcomes } from '#shared/api/doctor-views.ts'
import { gradeOf, hasWorkingRelay, reachOf, verdictOf } from '#engine/doctor/verdict.ts'
import { homeWith } from './finding.ts'

type Changes = Readonly<Partial<Record<DoctorCheck, DoctorOutcome>>>

const blocked: Changes = {
  ipv4: 'blocked',
  nat: 'skipped',
  filtering: 'skipped',
  hairpin: 'skipped',
  stun: 'failed',
}
const ipv6Only: Changes = { ipv4: 'no-address', ipv6: 'works', nat: 'public', filtering: 'port' }
const unasked: Changes = { ipv4: 'skipped', ipv6: 'skipped', nat: 'skipped', filtering: 'skipped' }

describe('automatic routes', () => {
  test.each<[string, Changes, DoctorVerdict]>([
    ['a usual home', {}, 'direct-most'],
    ['a usual home with a relay', { turn: 'works' }, 'direct-most'],
    ['a public address that lets everybody in', { nat: 'public', filtering: 'open' }, 'direct-all'],
    ['a public address whose filtering is not known', { nat: 'public', filtering: 'skipped' }, 'direct-most'],
    ['a full cone', { filtering: 'open' }, 'direct-all'],
    ['an address-restricted cone', { filtering: 'address' }, 'direct-all'],
    ['a router that opens ports', { 'port-mapping': 'works' }, 'direct-all'],
    [
      'a random router that opens ports',
      { nat: 'random', filtering: 'port', 'port-mapping': 'works' },
      'direct-all',
    ],
    ['a regular step', { nat: 'step' }, 'direct-most'],
    ['random ports', { nat: 'random' }, 'direct-some'],
    ['random ports with a relay', { nat: 'random', turn: 'works' }, 'direct-some'],
    ['a router that could not be measured', { nat: 'skipped', filtering: 'skipped' }, 'direct-some'],
    ['IPv6 alone', ipv6Only, 'direct-some'],
    ['UDP blocked', blocked, 'lan'],
    ['UDP blocked with a relay', { ...blocked, turn: 'works' }, 'relay'],
    ['UDP blocked with a relay that fails', { ...blocked, turn: 'failed' }, 'lan'],
    ['UDP blocked, but a port opens', { ...blocked, 'port-mapping': 'works' }, 'lan'],
    ['no servers to ask', unasked, 'lan'],
    ['no servers to ask, and a relay', { ...unasked, turn: 'works' }, 'relay'],
    ['no coordinator named', { coordinator: 'skipped' }, 'lan'],
    ['a coordinator that is not reached', { coordinator: 'failed' }, 'nothing'],
    ['the same with everything else at its best', { coordinator: 'failed', turn: 'works' }, 'nothing'],
  ])('%s', (_what, changes, verdict) => {
    expect(verdictOf(homeWith(changes), 'automatic')).toBe(verdict)
  })

  test('without a coordinator the network itself is judged apart', () => {
    expect(reachOf(homeWith({ coordinator: 'skipped' }), 'automatic')).toBe('direct-most')
  })
})

test.each<[string, Changes, DoctorVerdict]>([
  ['with a working relay', { turn: 'works' }, 'relay'],
  ['without one', {}, 'nothing'],
  ['with one and no coordinator', { turn: 'works', coordinator: 'skipped' }, 'nothing'],
])('relay only, %s', (_what, changes, verdict) => {
  expect(verdictOf(homeWith(changes), 'relay')).toBe(verdict)
})

test('direct only does not count on a relay', () => {
  const findings = homeWith({ ...blocked, turn: 'works' })
  expect(hasWorkingRelay(findings, 'direct')).toBe(false)
  expect(hasWorkingRelay(findings, 'automatic')).toBe(true)
  expect(verdictOf(findings, 'direct')).toBe('lan')
})

test('what was found out has a grade, if it matters', () => {
  for (const check of Checks.options) {
    for (const outcome of Outcomes.options) {
      const isOpen =
        ['running', 'skipped', 'off'].includes(outcome) || (check === 'hairpin' && outcome === 'absent')
      expect(gradeOf(check, outcome) === null).toBe(isOpen)
    }
  }
})

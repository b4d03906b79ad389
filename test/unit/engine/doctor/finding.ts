/** Findings for tests: a whole examination of a usual home, with what is to be different. */

import type { DoctorCheck, DoctorFinding, DoctorOutcome } from '#shared/api/doctor-views.ts'
import { gradeOf } from '#engine/doctor/verdict.ts'

export function finding(
  check: DoctorCheck,
  outcome: DoctorOutcome,
  changes: Partial<DoctorFinding> = {},
): DoctorFinding {
  return {
    check,
    subject: null,
    outcome,
    grade: gradeOf(check, outcome),
    detail: null,
    error: null,
    tookMs: 12,
    ...changes,
  }
}

const HOME: Readonly<Partial<Record<DoctorCheck, DoctorOutcome>>> = {
  coordinator: 'works',
  clock: 'right',
  ipv4: 'works',
  ipv6: 'no-address',
  nat: 'endpoint',
  filtering: 'port',
  hairpin: 'absent',
  'port-mapping': 'absent',
  stun: 'works',
}

/** Without a relay. */
export function homeWith(changes: Readonly<Partial<Record<DoctorCheck, DoctorOutcome>>>): DoctorFinding[] {
  const outcomes = { ...HOME, ...changes }
  const checks = Object.keys(outcomes) as (keyof typeof outcomes)[]
  return checks.flatMap((check) => {
    const outcome = outcomes[check]
    return outcome === undefined ? [] : [finding(check, outcome)]
  })
}

/** What the doctor's findings mean for sending to friends. Pure. */

import type { RoutePolicy } from '#shared/api/settings-views.ts'
import type { DoctorCheck, DoctorFinding, DoctorOutcome, DoctorVerdict } from '#shared/api/doctor-views.ts'

type Findings = readonly Pick<DoctorFinding, 'check' | 'outcome'>[]
export type Grade = DoctorFinding['grade']

/** The verdict of a finished examination. */
export function verdictOf(findings: Findings, policy: RoutePolicy): DoctorVerdict {
  const coordinator = outcomeOf(findings, 'coordinator')
  if (coordinator === 'works') return reachOf(findings, policy)
  // Links that this computer introduces itself lead to its own network; that needs nothing of what was looked at.
  return coordinator === 'skipped' && policy !== 'relay' ? 'lan' : 'nothing'
}

/** The same for a device that has a coordinator which friends reach, whatever was found out about that. */
export function reachOf(findings: Findings, policy: RoutePolicy): DoctorVerdict {
  const direct = policy === 'relay' ? undefined : directReach(findings)
  if (direct !== undefined) return direct
  if (hasWorkingRelay(findings, policy)) return 'relay'
  return policy === 'relay' ? 'nothing' : 'lan'
}

/** Somebody who cannot be reached directly is reached all the same. */
export function hasWorkingRelay(findings: Findings, policy: RoutePolicy): boolean {
  return policy !== 'direct' && findings.some(({ check, outcome }) => check === 'turn' && outcome === 'works')
}

/** How good an outcome is for sending to friends; null where nothing was found out. */
export function gradeOf(check: DoctorCheck, outcome: DoctorOutcome): Grade {
  switch (outcome) {
    case 'running':
    case 'skipped':
    case 'off':
      return null
    case 'works':
    case 'right':
    case 'public':
    case 'endpoint':
    case 'open':
    case 'address':
      return 'good'
    // The usual home router: both sides can open it from inside.
    case 'port':
      return 'good'
    // Two devices behind one router meet inside, as a rule.
    case 'absent':
      return check === 'hairpin' ? null : 'fair'
    case 'no-address':
    case 'wrong':
    case 'step':
      return 'fair'
    case 'random':
      return 'bad'
    case 'blocked':
      return 'bad'
    case 'failed':
      // What could not be measured is not known to be bad.
      return ['coordinator', 'stun', 'turn', 'ipv4', 'ipv6'].includes(check) ? 'bad' : 'fair'
  }
}

/** Undefined for a check that was not begun. */
export function outcomeOf(findings: Findings, check: DoctorCheck): DoctorOutcome | undefined {
  return findings.find((finding) => finding.check === check)?.outcome
}

/** Undefined when nobody beyond the own network is reached directly. */
function directReach(findings: Findings): DoctorVerdict | undefined {
  const hasIpv4 = outcomeOf(findings, 'ipv4') === 'works'
  const hasIpv6 = outcomeOf(findings, 'ipv6') === 'works'
  if (!hasIpv4 && !hasIpv6) return undefined
  if (outcomeOf(findings, 'port-mapping') === 'works') return 'direct-all'
  // Only those who have IPv6 too.
  if (!hasIpv4) return 'direct-some'
  const filtering = outcomeOf(findings, 'filtering')
  const isOpen = filtering === 'open' || filtering === 'address'
  const nat = outcomeOf(findings, 'nat')
  if (nat === 'public' || nat === 'endpoint') return isOpen ? 'direct-all' : 'direct-most'
  // The next port is foreseen, which a router with random ports on the other side makes useless.
  if (nat === 'step') return 'direct-most'
  // Random, or not measured: what holds in every case.
  return isOpen ? 'direct-most' : 'direct-some'
}

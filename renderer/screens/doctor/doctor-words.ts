/** What the doctor found, what it means and what to do, in words. Pure. */

import type { DoctorFinding, DoctorVerdict, DoctorView } from '#shared/api/doctor-views.ts'
import type { Format } from '../../text/format.ts'
import type { Messages } from '../../text/messages.ts'

/** Of a finding’s mark; `none`: there is nothing to judge. */
export type Mark = 'good' | 'fair' | 'bad' | 'running' | 'none'

/** @param isOver nothing runs any more, whatever the finding says */
export function markOf({ outcome, grade }: DoctorFinding, isOver: boolean): Mark {
  if (outcome === 'running') return isOver ? 'none' : 'running'
  return grade ?? 'none'
}

export function findingWords(
  finding: DoctorFinding,
  isOver: boolean,
  text: Messages,
  format: Pick<Format, 'span'>,
): string {
  const words = text.doctor
  const { check, outcome, detail, error } = finding
  if (outcome === 'running') return isOver ? words.said.stopped : words.said.running
  if (outcome === 'skipped') return detail === 'blocked' ? words.said.silent : words.skipped[check]
  if (outcome === 'failed') return text.errors[error ?? 'internal']
  return (
    detailedWords(check, outcome, detail, text, format) ??
    plainWords(check, outcome, text) ??
    (outcome === 'works' ? words.said.works : words.skipped.stun)
  )
}

/** With what was measured. */
function detailedWords(
  check: DoctorFinding['check'],
  outcome: DoctorFinding['outcome'],
  detail: string | null,
  text: Messages,
  format: Pick<Format, 'span'>,
): string | undefined {
  const words = text.doctor.outcomes
  if (detail === null) return undefined
  if ((check === 'ipv4' || check === 'ipv6' || check === 'stun') && outcome === 'works')
    return words[check].seenAs(detail)
  if (check === 'nat' && outcome === 'step') return words.nat.steps(detail)
  if (check === 'clock' && outcome === 'wrong') {
    // Positive: this clock is ahead.
    const aheadMs = Number(detail) * 1000
    if (!Number.isFinite(aheadMs)) return undefined
    return words.clock[aheadMs < 0 ? 'behind' : 'ahead'](format.span(Math.abs(aheadMs)))
  }
  if (check === 'port-mapping') {
    if (outcome === 'works') return words['port-mapping'].by(detail)
    if (detail === 'refused') return words['port-mapping'].refused
    if (detail === 'second-router') return words['port-mapping'].second
  }
  return undefined
}

function plainWords(
  check: DoctorFinding['check'],
  outcome: DoctorFinding['outcome'],
  text: Messages,
): string | undefined {
  // A check has words for its own outcomes only.
  const table: Readonly<Record<string, unknown>> = text.doctor.outcomes[check]
  const words = table[outcome]
  return typeof words === 'string' ? words : undefined
}

/** What to do about it; undefined where nothing is wrong, or where the error says it already. */
export function adviceFor(
  finding: DoctorFinding,
  findings: readonly DoctorFinding[],
  text: Messages,
): string | undefined {
  const { advice } = text.doctor
  const { check, outcome, detail } = finding
  // Who can be reached from everywhere needs no open port.
  if (check === 'port-mapping' && isPublic(findings)) return undefined
  if (check === 'port-mapping' && outcome === 'absent') {
    return detail === 'second-router' ? advice.second : advice.mapping
  }
  const byOutcome: Partial<Record<DoctorFinding['outcome'], string>> = {
    wrong: advice.clock,
    blocked: advice.udp,
    random: advice.random,
    off: advice.mappingOff,
  }
  return byOutcome[outcome]
}

function isPublic(findings: readonly DoctorFinding[]): boolean {
  return findings.some(({ check, outcome }) => check === 'nat' && outcome === 'public')
}

const TONES: Readonly<Record<DoctorVerdict, 'good' | 'warn' | 'bad'>> = {
  'direct-all': 'good',
  'direct-most': 'good',
  'direct-some': 'warn',
  relay: 'warn',
  lan: 'bad',
  nothing: 'bad',
}

export interface VerdictWords {
  readonly tone: 'good' | 'warn' | 'bad'
  readonly words: string
  /** What would make it better. */
  readonly help: string | undefined
}

/** Undefined while it is not known. */
export function verdictWords(view: DoctorView, text: Messages): VerdictWords | undefined {
  const { verdict, hasRelay } = view
  if (verdict === null) return undefined
  const { verdicts, help } = text.doctor
  const tone = TONES[verdict]
  return {
    // A person whom nobody is left out for is fine; one who lacks a relay is not.
    tone: tone === 'good' && !hasRelay ? 'warn' : tone,
    words: verdicts[isIpv6Alone(view) ? 'direct-ipv6' : verdict][hasRelay ? 'relay' : 'none'],
    help: helpFor(view, help),
  }
}

function isIpv6Alone({ verdict, findings }: DoctorView): boolean {
  const hasIpv4 = findings.some(({ check, outcome }) => check === 'ipv4' && outcome === 'works')
  return verdict === 'direct-some' && !hasIpv4
}

function helpFor(
  { verdict, hasRelay, findings }: DoctorView,
  help: Messages['doctor']['help'],
): string | undefined {
  const coordinator = findings.find(({ check }) => check === 'coordinator')?.outcome
  if (verdict === 'lan' && coordinator === 'skipped') return help.coordinator
  if (verdict === 'nothing' && coordinator === 'failed') return help.reach
  return hasRelay ? undefined : help.relay
}

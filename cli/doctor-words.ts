/** What the doctor found, what it means for sending to friends, and what to do about it, in English sentences. Pure. */

import { outcomeOf, reachOf } from '#engine/doctor/verdict.ts'
import type { DoctorFinding, DoctorVerdict, DoctorView } from '#shared/api/doctor-views.ts'
import { ERRORS, unreachable } from '#shared/errors.ts'
import { formatDuration } from './format.ts'
import { safeText } from './terminal-text.ts'

export const CHECK_NAMES: Readonly<Record<DoctorFinding['check'], string>> = {
  coordinator: 'Coordinator',
  clock: 'Clock',
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  nat: 'Router',
  filtering: 'Who gets in',
  hairpin: 'Turning round',
  'port-mapping': 'Port opening',
  stun: 'STUN server',
  turn: 'Relay',
}

/** One finding, without its name. */
export function findingSentence(finding: DoctorFinding): string {
  const subject = finding.subject === null ? undefined : safeText(finding.subject)
  const words = outcomeWords(finding)
  if (subject === undefined) return words
  return finding.outcome === 'works' ? `${subject} ${words}` : `${subject}: ${words}`
}

/** “What it means for sending to friends”: a sentence or two. */
export function verdictSentences(view: DoctorView): string[] {
  const { verdict, findings } = view
  if (verdict === null) return []
  if (verdict !== 'lan' || outcomeOf(findings, 'coordinator') !== 'skipped') return VERDICTS[verdict](view)
  const reach = reachOf(findings, 'automatic')
  return [
    'Only to people on your own network, because no coordinator is named.',
    ...(reach === 'lan' ? [] : ['With a coordinator it would be:', ...VERDICTS[reach](view)]),
  ]
}

/** What can be done, the most useful first; empty when all is as good as it gets. */
export function adviceSentences(view: DoctorView): string[] {
  const { findings, verdict, hasRelay } = view
  const is = (check: DoctorFinding['check'], outcome: DoctorFinding['outcome']): boolean =>
    findings.some((finding) => finding.check === check && finding.outcome === outcome)
  const advice: string[] = []
  if (is('coordinator', 'skipped')) {
    advice.push(
      'For friends elsewhere, name a coordinator that both sides reach: in the settings, or with --coordinator.',
    )
  }
  if (is('coordinator', 'failed')) {
    advice.push(
      'Check the coordinator’s address and whether it runs; without it devices do not find each other.',
    )
  }
  if (is('clock', 'wrong')) advice.push('Set this computer’s clock, best automatically.')
  if (!hasRelay && verdict !== 'direct-all') advice.push(relayAdvice(findings))
  if (is('ipv4', 'skipped') && is('ipv6', 'skipped')) {
    advice.push('Name a STUN server (--stun) or a relay (--relay), so that the network can be looked at.')
  }
  if (is('nat', 'random') && is('port-mapping', 'off')) {
    advice.push('Switch port opening on: it may make up for the router’s changing ports.')
  } else if (is('nat', 'random') && is('port-mapping', 'absent')) {
    advice.push(
      'If the router is yours, switch on UPnP, NAT-PMP or PCP in it: often friends reach you directly then.',
    )
  }
  return advice
}

const VERDICTS: Readonly<Record<DoctorVerdict, (view: DoctorView) => string[]>> = {
  'direct-all': ({ hasRelay }) => [
    'Direct to everybody whose network lets UDP through.',
    hasRelay
      ? 'Through a relay to the others.'
      : 'The few whose network blocks UDP cannot be reached without a relay.',
  ],
  'direct-most': ({ hasRelay }) => [
    hasRelay
      ? 'Direct to most friends; through a relay to people on some mobile and company networks.'
      : 'Direct to most friends. People on some mobile and company networks cannot be reached without a relay.',
  ],
  'direct-some': ({ findings, hasRelay }) => {
    const who =
      outcomeOf(findings, 'ipv4') === 'works'
        ? outcomeOf(findings, 'nat') === 'random'
          ? 'friends whose router is open'
          : 'some friends at least'
        : 'friends who have IPv6 as well'
    return [
      hasRelay
        ? `Direct to ${who}; through a relay to all others.`
        : `Direct to ${who}. The others cannot be reached without a relay.`,
    ]
  },
  relay: ({ findings }) => [
    outcomeOf(findings, 'ipv4') === 'blocked' || outcomeOf(findings, 'ipv6') === 'blocked'
      ? 'To everybody, but only through a relay: this network lets no UDP through.'
      : 'To everybody, but only through a relay.',
  ],
  lan: () => ['Only to people on your own network. Nobody else can be reached without a relay.'],
  nothing: ({ findings }) => [
    outcomeOf(findings, 'coordinator') === 'failed'
      ? 'Sending does not work: the coordinator, which introduces devices to each other, is not reached.'
      : 'Sending does not work: only relays may be used, and none works.',
  ],
}

function outcomeWords(finding: DoctorFinding): string {
  const { check, outcome } = finding
  const detail = safeText(finding.detail ?? '')
  switch (outcome) {
    case 'running':
      return 'looking…'
    case 'skipped':
      return detail === 'blocked' ? 'not found out, because nothing comes back over UDP' : SKIPPED[check]
    case 'works':
      return workingWords(finding)
    case 'absent':
      return absentWords(check, detail)
    case 'off':
      return 'not tried, because it is switched off'
    case 'no-address':
      return check === 'ipv6'
        ? 'none here; it would help with some mobile networks'
        : 'none here; friends who have nothing else are reached through a relay'
    case 'blocked':
      return 'nothing comes back over UDP: most likely this network blocks it, and then nothing direct works'
    case 'right':
      return 'right'
    case 'wrong':
      return clockWords(detail)
    case 'public':
      return 'none in the way: this device has an address of its own on the internet'
    case 'endpoint':
      return 'keeps one outside port for all, so friends can find this device'
    case 'step':
      return `takes another port for each destination, ${detail} further every time; Beeline works out the next one`
    case 'random':
      return 'takes another port for each destination, as many mobile networks do, and nobody can foresee it'
    case 'open':
      return 'everybody who knows the port'
    case 'address':
      return 'whoever was sent something, from any port of theirs'
    case 'port':
      return 'only answers, as usual at home'
    case 'failed':
      return failureWords(finding)
    default:
      return unreachable(outcome)
  }
}

function workingWords({ check, detail, tookMs }: DoctorFinding): string {
  const text = safeText(detail ?? '')
  const time = tookMs === null ? '' : ` after ${tookMs} ms`
  switch (check) {
    case 'coordinator':
      return `answers${time}`
    case 'ipv4':
    case 'ipv6':
      return text === '' ? 'works' : `works; others see this device as ${text}`
    case 'hairpin':
      return 'two devices behind this router reach each other at its outside address'
    case 'port-mapping':
      return `the router opens ports when asked (${text}), so friends reach this device directly`
    case 'stun':
      return `answers${time}`
    case 'turn':
      return 'gives a relay address, and bytes come through it'
    case 'clock':
    case 'nat':
    case 'filtering':
      return 'works'
    default:
      return unreachable(check)
  }
}

function absentWords(check: DoctorFinding['check'], detail: string): string {
  if (check === 'hairpin') {
    return 'two devices behind this router reach each other only inside the network, which is enough'
  }
  if (detail === 'second-router') return 'the router opens ports, but a second router stands in front of it'
  if (detail === 'refused') return 'the router refuses to open ports'
  return 'no router here opens ports when asked'
}

const SKIPPED: Readonly<Record<DoctorFinding['check'], string>> = {
  coordinator: 'none is named, so this computer introduces devices itself, on its own network',
  clock: 'not compared: no coordinator told the time',
  ipv4: 'not tried: no server is known that would answer',
  ipv6: 'not tried: no server is known that would answer',
  nat: 'not found out: that takes a STUN server with two addresses, or two servers',
  filtering: 'not found out: that takes a STUN server with two addresses',
  hairpin: 'not tried, as nothing depends on it here',
  'port-mapping': 'not needed here',
  stun: 'not tried',
  turn: 'not tried, because no relay is to be used',
}

/** @param detail whole seconds that this clock is ahead */
function clockWords(detail: string): string {
  const aheadS = Number(detail)
  const off = Number.isFinite(aheadS) ? `${formatDuration(Math.abs(aheadS) * 1000)} ` : ''
  return `${off}${aheadS > 0 ? 'ahead of' : 'behind'} the coordinator’s; logins that expire may be refused`
}

function failureWords({ error, detail }: DoctorFinding): string {
  const advice = error === null ? 'it could not be looked at' : ERRORS[error].replace(/\.$/, '')
  return detail === null || detail === '' ? advice : `${advice} (${safeText(detail)})`
}

function relayAdvice(findings: readonly DoctorFinding[]): string {
  const failed = findings.filter(({ check, outcome }) => check === 'turn' && outcome === 'failed')
  const isBlocked = findings.some(({ check, outcome }) => check === 'ipv4' && outcome === 'blocked')
  if (failed.length > 0) return 'Mend the relay first: what is wrong with it stands above.'
  return isBlocked
    ? 'Name a relay over TLS at port 443 (turns:…:443), in the settings or with --relay: it passes where UDP is blocked.'
    : 'Name a relay (a TURN server), in the settings or with --relay: it reaches those who cannot be reached directly.'
}

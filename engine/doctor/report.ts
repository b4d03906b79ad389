/**
 * An examination as text to pass on when asking for help: which checks came out how, with nothing that a stranger could
 * use. No login, no whole address, no name of a server; what a server said only where it is a known code. Pure.
 */

import { isIPv4, isIPv6 } from 'node:net'
import type { DoctorFinding, DoctorVerdict } from '#shared/api/doctor-views.ts'

export interface ReportFacts {
  /** Program, system and settings in force, one line each. */
  readonly about: readonly string[]
  readonly findings: readonly DoctorFinding[]
  readonly verdict: DoctorVerdict
  readonly hasRelay: boolean
}

/** How a router opens ports, or why it does not. */
const OWN_WORD = /^(?:PCP|NAT-PMP|UPnP-IGD|second-router|refused)$/
/** Ours or the system's: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
const SYSTEM_CODE = /(?:^|: )([A-Z][A-Z0-9_]{2,40})$|^(?:connect|getaddrinfo) ([A-Z][A-Z0-9_]{2,40})\b/
/** A STUN or TURN error's number; the words behind it are the server's own. */
const ERROR_NUMBER = /^([3-6]\d\d)\b/

export function reportOf({ about, findings, verdict, hasRelay }: ReportFacts): string {
  const labels = new Map<string, string>()
  return [
    ...about,
    '',
    ...findings.map((finding) => findingLine(finding, labels)),
    '',
    `verdict: ${verdict}, ${hasRelay ? 'with' : 'without'} a relay`,
    '',
  ].join('\n')
}

/** IPv4 keeps its first two numbers, IPv6 its first 32 bits: the provider, not the home. */
export function shortenAddress(address: string): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 2).join('.')}.x.x`
  if (!isIPv6(address)) return '(no address)'
  // An IPv4 address in the guise of IPv6 is as much of a home as itself.
  const tail = address.slice(address.lastIndexOf(':') + 1)
  if (isIPv4(tail)) return `::${shortenAddress(tail)}`
  const [before = '', after] = address.split('%')[0]?.split('::') ?? []
  const groups = before === '' ? [] : before.split(':')
  // `::` stands for as many zeros as are missing.
  if (after !== undefined) while (groups.length < 2) groups.push('0')
  return `${groups.slice(0, 2).join(':')}:…`
}

function findingLine(finding: DoctorFinding, labels: Map<string, string>): string {
  const { check, subject, outcome, error, tookMs } = finding
  const parts = [
    outcome === 'failed' ? `failed ${error ?? ''}`.trim() : outcome,
    detailOf(finding),
    tookMs === null || outcome === 'skipped' ? '' : `${tookMs} ms`,
  ]
  const server = subject === null ? '' : ` ${labelled(subject, labels)}`
  return `${check}${server}: ${parts.filter((part) => part !== '').join(', ')}`
}

/** What is known to be ours, or a number; anything else may be somebody's text. */
function detailOf({ check, outcome, detail }: DoctorFinding): string {
  if (detail === null) return ''
  if (outcome === 'failed') {
    const code = SYSTEM_CODE.exec(detail)
    return ERROR_NUMBER.exec(detail)?.[1] ?? code?.[1] ?? code?.[2] ?? ''
  }
  if (isIPv4(detail) || isIPv6(detail)) return shortenAddress(detail)
  if (check === 'clock' || check === 'nat') return /^-?\d{1,10}$/.test(detail) ? detail : ''
  return OWN_WORD.test(detail) && check === 'port-mapping' ? detail : ''
}

/** `turn:server-1:443?transport=tcp`: the same host has the same label everywhere. */
function labelled(subject: string, labels: Map<string, string>): string {
  const match = /^([a-z]+:(?:\/\/)?)(\[[^\]]*\]|[^:/?]*)(:\d{1,5})?(\?transport=(?:udp|tcp))?$/i.exec(subject)
  if (match === null) return '(address)'
  const [, scheme = '', host = '', port = '', transport = ''] = match
  const bare = host.replace(/^\[|\]$/g, '')
  const known = labels.get(bare)
  const family = isIPv4(bare) ? '-ipv4' : isIPv6(bare) ? '-ipv6' : ''
  const label = known ?? `server-${labels.size + 1}${family}`
  labels.set(bare, label)
  return `${scheme}${label}${port}${transport}`
}

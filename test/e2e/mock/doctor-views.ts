/** Made-up findings about a device’s network: a good one, one that lets nothing out, and one that is being looked at. */

import type { DoctorFinding, DoctorView } from '#shared/api/doctor-views.ts'

function found(
  check: DoctorFinding['check'],
  outcome: DoctorFinding['outcome'],
  grade: DoctorFinding['grade'],
  more: Partial<DoctorFinding> = {},
): DoctorFinding {
  return { check, outcome, grade, subject: null, detail: null, error: null, tookMs: 120, ...more }
}

const REPORT = [
  'beeline 0.1.0, linux x64, node 24.21.0',
  'policy automatic, port mapping on, no proxy',
  '',
  'coordinator wss://server-1: works, 64 ms',
  'clock: right, 66 ms',
  'ipv4: works, 203.0.x.x, 88 ms',
  'ipv6: no-address, 1 ms',
  'nat: step, 3, 410 ms',
  'turn turn:server-2:3478: works, 210 ms',
  '',
  'verdict: direct-most, with a relay',
].join('\n')

export const GOOD_NETWORK: DoctorView = {
  findings: [
    found('coordinator', 'works', 'good', { subject: 'https://meet.example.org', tookMs: 64 }),
    found('clock', 'right', 'good', { tookMs: 66 }),
    found('ipv4', 'works', 'good', { detail: '203.0.113.7', tookMs: 88 }),
    found('ipv6', 'no-address', 'fair', { tookMs: 1 }),
    found('nat', 'step', 'fair', { detail: '3', tookMs: 410 }),
    found('filtering', 'port', 'good', { tookMs: 1620 }),
    found('hairpin', 'absent', 'fair', { tookMs: 900 }),
    found('port-mapping', 'works', 'good', { detail: 'UPnP-IGD', tookMs: 734 }),
    found('stun', 'works', 'good', {
      subject: 'stun:stun.example.org:3478',
      detail: '203.0.113.7',
      tookMs: 41,
    }),
    found('turn', 'works', 'good', { subject: 'turn:turn.example.org:3478', tookMs: 210 }),
    found('turn', 'failed', 'bad', {
      subject: 'turns:turn.example.org:443?transport=tcp',
      error: 'turn.bad-credentials',
      detail: '401 Unauthorized',
      tookMs: 480,
    }),
  ],
  verdict: 'direct-most',
  hasRelay: true,
  report: REPORT,
}

export const CLOSED_NETWORK: DoctorView = {
  findings: [
    found('coordinator', 'works', 'good', { subject: 'https://meet.example.org', tookMs: 64 }),
    found('clock', 'wrong', 'fair', { detail: '-754' }),
    found('ipv4', 'blocked', 'bad', { tookMs: 5000 }),
    found('ipv6', 'no-address', 'fair', { tookMs: 1 }),
    found('nat', 'skipped', null, { tookMs: 0 }),
    found('filtering', 'skipped', null, { tookMs: 0 }),
    found('hairpin', 'skipped', null, { tookMs: 0 }),
    found('port-mapping', 'absent', 'fair', { tookMs: 2400 }),
    found('stun', 'failed', 'bad', {
      subject: 'stun:stun.example.org:3478',
      error: 'turn.unreachable',
      tookMs: 5000,
    }),
    found('turn', 'failed', 'bad', {
      subject: 'turn:turn.example.org:3478',
      error: 'turn.unreachable',
      tookMs: 5000,
    }),
  ],
  verdict: 'lan',
  hasRelay: false,
  report: REPORT,
}

export const HALF_LOOKED_AT: DoctorView = {
  findings: [
    ...GOOD_NETWORK.findings.slice(0, 4),
    found('nat', 'running', null, { tookMs: null }),
    found('port-mapping', 'running', null, { tookMs: null }),
    found('stun', 'running', null, { subject: 'stun:stun.example.org:3478', tookMs: null }),
  ],
  verdict: null,
  hasRelay: false,
  report: null,
}

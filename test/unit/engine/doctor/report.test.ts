/** The report tells a helper what is wrong and a stranger nothing. */

import fc from 'fast-check'
import { isIPv6 } from 'node:net'
import { expect, test } from 'vitest'
import { DoctorCheck, DoctorOutcome } from '#shared/api/doctor-views.ts'
import { reportOf, shortenAddress } from '#engine/doctor/report.ts'
import { finding } from './finding.ts'

const about = ['Beeline 1.2.3, linux x64']

test('names what failed and how, and no server', () => {
  const findings = [
    finding('coordinator', 'works', { subject: 'https://beeline.anna.example' }),
    finding('coordinator', 'failed', {
      subject: 'http://192.0.2.1:8787',
      error: 'coordinator.unreachable',
      detail: 'connect ECONNREFUSED 192.0.2.1:8787',
    }),
    finding('clock', 'wrong', { detail: '-125' }),
    finding('ipv4', 'works', { detail: '203.0.113.77' }),
    finding('nat', 'step', { detail: '3' }),
    finding('port-mapping', 'works', { detail: 'NAT-PMP' }),
    finding('stun', 'works', { subject: 'stun:turn.anna.example:3478', detail: '2001:db8:1:2::3' }),
    finding('turn', 'failed', {
      subject: 'turn:turn.anna.example:443?transport=tcp',
      error: 'turn.bad-credentials',
      detail: '401 anna is not known',
    }),
    finding('turn', 'failed', {
      subject: 'turn:[2001:db8::7]:3478?transport=udp',
      error: 'turn.unreachable',
      detail: 'ECONNREFUSED',
    }),
    finding('turn', 'failed', {
      subject: 'turn:192.0.2.9:3478?transport=udp',
      error: 'turn.name-unknown',
      detail: 'turn.anna.example: ENOTFOUND',
    }),
  ]
  expect(reportOf({ about, findings, verdict: 'direct-most', hasRelay: false })).toBe(
    [
      'Beeline 1.2.3, linux x64',
      '',
      'coordinator https://server-1: works, 12 ms',
      'coordinator http://server-2-ipv4:8787: failed coordinator.unreachable, ECONNREFUSED, 12 ms',
      'clock: wrong, -125, 12 ms',
      'ipv4: works, 203.0.x.x, 12 ms',
      'nat: step, 3, 12 ms',
      'port-mapping: works, NAT-PMP, 12 ms',
      'stun stun:server-3:3478: works, 2001:db8:…, 12 ms',
      'turn turn:server-3:443?transport=tcp: failed turn.bad-credentials, 401, 12 ms',
      'turn turn:server-4-ipv6:3478?transport=udp: failed turn.unreachable, ECONNREFUSED, 12 ms',
      'turn turn:server-5-ipv4:3478?transport=udp: failed turn.name-unknown, ENOTFOUND, 12 ms',
      '',
      'verdict: direct-most, without a relay',
      '',
    ].join('\n'),
  )
})

test.each([
  ['203.0.113.5', '203.0.x.x'],
  ['2001:db8:1:2::3', '2001:db8:…'],
  ['2001:db8::3', '2001:db8:…'],
  ['2001::3', '2001:0:…'],
  ['::1', '0:0:…'],
  ['fe80::1%eth0', 'fe80:0:…'],
  ['::ffff:203.0.113.5', '::203.0.x.x'],
  ['my-computer', '(no address)'],
])('%s becomes %s', (address, short) => expect(shortenAddress(address)).toBe(short))

test('no more than the first 32 bits of an IPv6 address are left', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      fc.pre(isIPv6(address) && !address.includes('.'))
      expect(
        shortenAddress(address)
          .split(':')
          .filter((group) => /[0-9a-f]/i.test(group)),
      ).toHaveLength(2)
    }),
  )
})

/** Long enough not to be in the report by chance. */
const secret = fc.stringMatching(/^[a-z0-9]{12,20}$/)

test('nothing that a server said, nobody’s name and no host comes through', () => {
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom(...DoctorCheck.options),
      fc.constantFrom(...DoctorOutcome.options),
      fc.constantFrom(
        (word: string) => word,
        (word: string) => `401 ${word}`,
        (word: string) => `${word}: ENOTFOUND`,
        (word: string) => `${word}.example.org`,
        (word: string) => `ENOTFOUND: ${word}`,
        (word: string) => `${word}\n${word.toUpperCase()} `,
      ),
      fc.constantFrom(
        (word: string) => `turn:${word}:3478?transport=udp`,
        (word: string) => `https://${word}:8443`,
        (word: string) => `turn:user:${word}@host:3478`,
        (word: string) => word,
        () => null,
      ),
      (word, check, outcome, detailOf, subjectOf) => {
        const findings = [
          finding(check, outcome, {
            detail: detailOf(word),
            subject: subjectOf(word),
            error: 'turn.protocol',
          }),
        ]
        const report = reportOf({ about, findings, verdict: 'relay', hasRelay: true })
        expect(report.toLowerCase()).not.toContain(word)
      },
    ),
  )
})

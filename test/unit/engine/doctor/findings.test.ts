/** Findings while they come in, and what is made of them at the end. */

import { expect, test } from 'vitest'
import { Findings } from '#engine/doctor/findings.ts'
import type { DoctorFinding } from '#shared/api/doctor-views.ts'
import { AppError } from '#shared/errors.ts'

const never = new AbortController().signal
const words = (list: readonly DoctorFinding[]): string[] =>
  list.map(({ check, subject, outcome }) =>
    [check, subject, outcome].filter((word) => word !== null).join(' '),
  )

test('stand in the order of the checks, servers in theirs', async () => {
  let changes = 0
  const findings = new Findings(() => changes++)
  findings.begin('turn', 'one')
  const coordinator = findings.begin('coordinator')
  findings.begin('turn', 'two')
  await coordinator.run(async () => ({ outcome: 'works' }), never)
  expect(words(findings.list)).toEqual(['coordinator works', 'turn one running', 'turn two running'])
  expect(changes).toBe(4)
})

test('what a check throws is its finding, unless everything is broken off', async () => {
  const findings = new Findings(() => undefined)
  const row = findings.begin('turn', 'one')
  const broken = new AbortController()
  const fail = (): Promise<never> => Promise.reject(new AppError('turn.quota', { detail: '486 Full' }))
  await row.run(fail, never)
  expect(findings.list).toMatchObject([
    { outcome: 'failed', grade: 'bad', error: 'turn.quota', detail: '486 Full' },
  ])
  broken.abort(new Error('enough'))
  await expect(row.run(fail, broken.signal)).rejects.toThrow('enough')
})

test('at the end nothing runs any more', () => {
  const findings = new Findings(() => undefined)
  findings.begin('hairpin')
  findings.conclude()
  expect(words(findings.list)).toEqual(['hairpin skipped'])
})

test.each([
  ['public', 'skipped', null],
  ['endpoint', 'absent', 'fair'],
] as const)('behind “%s” a router that opens no ports is %s', (nat, outcome, grade) => {
  const findings = new Findings(() => undefined)
  findings.begin('nat').settle({ outcome: nat })
  findings.begin('port-mapping').settle({ outcome: 'absent' })
  findings.conclude()
  expect(findings.list[1]).toMatchObject({ outcome, grade })
})

test.each([
  ['ECONNREFUSED', 'failed'],
  ['no answer in time', 'blocked'],
])('when a server answered by “%s”, UDP has %s', (detail, outcome) => {
  const findings = new Findings(() => undefined)
  findings.begin('ipv4').settle({ outcome: 'blocked' })
  findings.begin('stun', 'one').fail({ code: 'turn.unreachable', detail })
  findings.conclude()
  expect(findings.list[0]).toMatchObject({ outcome, grade: 'bad' })
})

/** What UDP and the router do, as findings: one measurement answers five checks. */

import type { DoctorCheck } from '#shared/api/doctor-views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { Mapping } from '#shared/protocol/network-facts.ts'
import type { ServerLocation } from '../connect/ice-url.ts'
import { probeNetwork, type FamilyProbe, type NetworkProbe } from '../connect/nat/network-probe.ts'
import type { Result, Row } from './findings.ts'

export const NETWORK_CHECKS = ['ipv4', 'ipv6', 'nat', 'filtering', 'hairpin'] as const satisfies DoctorCheck[]
type NetworkCheck = (typeof NETWORK_CHECKS)[number]
export type NetworkResults = Readonly<Record<NetworkCheck, Result>>

/** The measurement has limits of its own; this is for a machine that is very busy. Milliseconds. */
const PROBE_LIMIT_MS = 8000

/**
 * Settles every row. Rejects with the signal's reason only.
 * @param rows of the checks above, in their order
 */
export async function examineNetwork(
  servers: readonly ServerLocation[],
  options: { readonly bindAddress: string | undefined },
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<void> {
  try {
    const limit = AbortSignal.timeout(PROBE_LIMIT_MS)
    const probe = await probeNetwork(servers, options, AbortSignal.any([signal, limit]))
    const results = networkResults(probe)
    signal.throwIfAborted()
    NETWORK_CHECKS.forEach((check, i) => rows[i]?.settle(results[check]))
  } catch (thrown) {
    signal.throwIfAborted()
    const isLate = thrown instanceof DOMException && thrown.name === 'TimeoutError'
    const error = isLate
      ? new AppError('turn.unreachable', { detail: 'no answer in time' })
      : toAppError(thrown)
    for (const row of rows) row.fail(error)
  }
}

/** The router's three checks are about IPv4, where most routers change something, and about IPv6 where that is all there is. */
export function networkResults({ ipv4, ipv6 }: Pick<NetworkProbe, 'ipv4' | 'ipv6'>): NetworkResults {
  const main = ipv4.mapped === undefined && ipv6.mapped !== undefined ? ipv6 : ipv4
  const skipped: Result = { outcome: 'skipped', detail: main.mapping === 'blocked' ? 'blocked' : undefined }
  return {
    ipv4: familyResult(ipv4),
    ipv6: familyResult(ipv6),
    nat: isMeasured(main.mapping) ? natResult(main.mapping, main.step) : skipped,
    filtering: main.filtering === 'unknown' ? skipped : { outcome: main.filtering },
    hairpin: main.turnsRound === undefined ? skipped : { outcome: main.turnsRound ? 'works' : 'absent' },
  }
}

function familyResult({ mapping, mapped }: FamilyProbe): Result {
  if (mapped !== undefined) return { outcome: 'works', detail: mapped.address }
  if (mapping === 'none') return { outcome: 'no-address' }
  return { outcome: mapping === 'blocked' ? 'blocked' : 'skipped' }
}

type Measured = 'public' | 'endpoint' | 'step' | 'random'

function natResult(outcome: Measured, step: number | undefined): Result {
  return { outcome, detail: step === undefined ? undefined : String(step) }
}

function isMeasured(mapping: Mapping): mapping is Measured {
  return mapping !== 'unknown' && mapping !== 'none' && mapping !== 'blocked'
}

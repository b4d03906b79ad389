/** What the doctor finds out about this device's network, as a UI sees it. Pure. */

import * as v from 'valibot'
import { isErrorCode, type ErrorCode } from '../errors.ts'

const Code = v.custom<ErrorCode>(
  (value) => typeof value === 'string' && isErrorCode(value),
  'not an error code',
)

/**
 * - `coordinator`: reached over WebSocket; `clock`: how far this clock is from the coordinator's
 * - `ipv4`, `ipv6`: UDP out and back over this family, and the address the world sees
 * - `nat`: how the router maps (RFC 5780 §4.3); `filtering`: whose packets it lets in (§4.4)
 * - `hairpin`: the router turns round what is sent to the own outside address
 * - `port-mapping`: a router that opens ports on request
 * - `stun`: one server answers; `turn`: one server allocates and carries bytes
 */
export const DoctorCheck = v.picklist([
  'coordinator',
  'clock',
  'ipv4',
  'ipv6',
  'nat',
  'filtering',
  'hairpin',
  'port-mapping',
  'stun',
  'turn',
])
export type DoctorCheck = v.InferOutput<typeof DoctorCheck>

/** What came out, as a word; which checks give which is told beside it. */
export const DoctorOutcome = v.picklist([
  /** Every check: not over yet; not done, because something it needs is missing; failed, see `error`. */
  'running',
  'skipped',
  'failed',
  /** coordinator, stun, turn, ipv4, ipv6, hairpin, port-mapping. */
  'works',
  /** hairpin, port-mapping: none there. port-mapping: switched off. */
  'absent',
  'off',
  /** ipv4, ipv6: no address of this family; nothing comes back over UDP. */
  'no-address',
  'blocked',
  /** clock: within a minute; further off. */
  'right',
  'wrong',
  /** nat: see `Mapping` of network-facts.ts. */
  'public',
  'endpoint',
  'step',
  'random',
  /** filtering: see `Filtering`. */
  'open',
  'address',
  'port',
])
export type DoctorOutcome = v.InferOutput<typeof DoctorOutcome>

export const DoctorFinding = v.object({
  check: DoctorCheck,
  /** The server that was tried, without its login; null where there is none. */
  subject: v.nullable(v.string()),
  outcome: DoctorOutcome,
  /** `good`, `fair` and `bad` for sending to friends; null while it runs, when it was not done, or does not matter. */
  grade: v.nullable(v.picklist(['good', 'fair', 'bad'])),
  /** An address, a step, a clock's difference: for the sentence. Null where there is nothing to add. */
  detail: v.nullable(v.string()),
  error: v.nullable(Code),
  tookMs: v.nullable(v.number()),
})
export type DoctorFinding = v.InferOutput<typeof DoctorFinding>

/**
 * What it means for sending to friends.
 * - `direct-all`: directly to everybody who has UDP; `direct-most`: to most, through a relay to some mobile networks
 * - `direct-some`: only where the other side's router is open; `relay`: through a relay to everybody
 * - `lan`: only within the own network; `nothing`: not even the coordinator is reached
 */
export const DoctorVerdict = v.picklist([
  'direct-all',
  'direct-most',
  'direct-some',
  'relay',
  'lan',
  'nothing',
])
export type DoctorVerdict = v.InferOutput<typeof DoctorVerdict>

export const DoctorView = v.object({
  /** In the order of the checks; one per server for `stun` and `turn`. */
  findings: v.array(DoctorFinding),
  /** Null while it runs. */
  verdict: v.nullable(DoctorVerdict),
  /** A relay works, so that those who cannot be reached directly are reached through it. */
  hasRelay: v.boolean(),
  /** To pass on when asking for help: no login, no whole address. Null while it runs. */
  report: v.nullable(v.string()),
})
export type DoctorView = v.InferOutput<typeof DoctorView>

/**
 * Whose ICE is first. The library loses a DTLS message that comes before its side is ready (it is repeated a second later, which hit half of
 * all connections), and checks the certificate against a fingerprint that may not be there yet (which failed one in ten). So
 * the offerer begins DTLS, which it cannot before it has the answer, and the answerer's ICE is to be connected by then. Pure.
 *
 * Within one network the offerer tells its candidates with the offer: the answerer's checks come through, and are under way before the
 * answer is here. From elsewhere they might not: a router or a relay drops what comes from addresses that nothing was sent to, and
 * the next try is half a second later. So what leads through the internet is told with the answer in hand, and the offerer leaves the
 * answerer's candidates of that kind aside for a while.
 */

import { isLocalAddress } from './route.ts'
import type { CandidateFacts } from './sdp-check.ts'

/**
 * The answerer's check begins one signalling way after the answer has come here; ours after the hold. Both are answered within a round trip
 * of the path, and the first DTLS message follows half a one behind our answer. So it is in time when the hold is no shorter than a
 * signalling way; half the time from offer to answer is that and half of what the answerer has worked, and this is for a
 * busy machine. Milliseconds.
 */
const MARGIN_MS = 30
/** What the price may be where the answerer cannot get through first, on networks that need hole punching. Milliseconds. */
const MAX_HOLD_MS = 200

/** @param signallingMs from the offer to the answer. @returns milliseconds from the answer on */
export function offererHoldMs(signallingMs: number): number {
  return Math.min(MAX_HOLD_MS, signallingMs / 2 + MARGIN_MS)
}

/** A device's own address in a network of its own; a browser tells it by a name. */
export function isNearby({ type, address }: Pick<CandidateFacts, 'type' | 'address'>): boolean {
  return type === 'host' && (address.endsWith('.local') || isLocalAddress(address))
}

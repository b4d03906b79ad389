/**
 * How long the offerer leaves the answerer's candidates aside. Who is first matters, because the library loses a DTLS message that comes
 * before its side is ready (it is repeated a second later, which hit half of all connections), and checks the certificate
 * against a fingerprint that may not be there yet (which failed one in ten). So the answerer's ICE is to work first and the offerer begins
 * DTLS: the offerer tells its candidates only when it has the answer, because a check that comes before that fails its ICE, and holds the
 * other side's for a while. Pure.
 */

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

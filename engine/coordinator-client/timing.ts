/** The waits of a coordinator client. Tests give shorter ones. */

export interface ClientTiming {
  readonly connectTimeoutMs: number
  readonly staggerMs: number
  readonly requestTimeoutMs: number
  readonly heartbeatMs: number
  readonly pongMs: number
  readonly renewPongMs: number
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  readonly stableMs: number
  readonly readyTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly refreshMs: number
  readonly retryPutMs: number
  readonly stalePauseMs: number
}

export const DEFAULT_TIMING: ClientTiming = {
  /** For one address to accept: DNS, TCP and TLS over a slow phone network, with a lost packet or two. */
  connectTimeoutMs: 10_000,
  /** Head start of an address over the next one; as RFC 8305 (happy eyeballs) advises, 250 ms and a little. */
  staggerMs: 300,
  /** For one answer; a coordinator answers in milliseconds, so this is an outage, not slowness. */
  requestTimeoutMs: 10_000,
  /** Between two pings: with the wait for an answer, a dead connection is noticed within ten seconds. */
  heartbeatMs: 7000,
  /** A server that has said nothing for so long after a ping is gone; slow phones answer within one. */
  pongMs: 3000,
  /** The same when there is reason to believe so: the network has changed, or every connection fell silent. */
  renewPongMs: 1000,
  /** Back-off with full jitter: a random wait of up to base × 2^attempt, so that clients do not return as one. */
  backoffBaseMs: 500,
  /** No wait is longer: a person who plugs the cable in again will not wait more than half a minute. */
  backoffMaxMs: 30_000,
  /** A connection that held this long starts the back-off afresh; one that dies at once does not. */
  stableMs: 10_000,
  /** `ready` waits this long at most: one full round over all addresses and one retry. */
  readyTimeoutMs: 15_000,
  /** For the closing handshake; then the socket is cut. */
  closeTimeoutMs: 1000,
  /** A kept summary is put again at half its life, and once a day at least. */
  refreshMs: 24 * 3600 * 1000,
  /** After a coordinator refused a summary for a passing reason. */
  retryPutMs: 60_000,
  /** Before an order is given again that came with an earlier time than the last one: clocks are told in seconds. */
  stalePauseMs: 2000,
}

/** Full jitter: any wait between nothing and the bound is equally likely. */
export function backoffDelayMs(attempt: number, timing: ClientTiming, random: () => number): number {
  // 2^30 half seconds are beyond every bound; a larger exponent would only overflow.
  const boundMs = Math.min(timing.backoffMaxMs, timing.backoffBaseMs * 2 ** Math.min(attempt, 30))
  return Math.floor(random() * boundMs)
}

/**
 * Clocks that differ by less are taken as equal: the coordinator tells whole seconds, and correcting by their
 * rounding error would put the orders of two quick sessions in the wrong order. Milliseconds.
 */
const CLOCKS_AGREE_MS = 5000

/** By how much the coordinator's clock is ahead of this one. @param serverTimeMs undefined when it did not say */
export function serverAheadMs(serverTimeMs: number | undefined, nowMs: number): number {
  const aheadMs = serverTimeMs === undefined ? 0 : serverTimeMs - nowMs
  return Math.abs(aheadMs) < CLOCKS_AGREE_MS ? 0 : aheadMs
}

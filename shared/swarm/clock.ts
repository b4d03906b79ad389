/** Time as the swarm sees it, so that tests and simulations run on a clock of their own. Pure. */

export interface Clock {
  /** Milliseconds; only differences mean anything. */
  now(): number
  /** Calls back about every so many milliseconds until the returned function is called. */
  every(intervalMs: number, callback: () => void): () => void
  /** A number in [0, 1). */
  random(): number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  every(intervalMs, callback) {
    const timer = setInterval(callback, intervalMs)
    return () => clearInterval(timer)
  },
  random: () => Math.random(),
}

/** Random choices that can be made again: the seed is printed with every failure. */

export interface SeededRandom {
  readonly seed: number
  /** In [0, 1). */
  next(): number
  /** An integer in [0, limit). */
  below(limit: number): number
}

/** mulberry32. @param seed from the environment variable TEST_SEED, else anew at each run */
export function seededRandom(
  seed: number = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31),
): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { seed, next, below: (limit) => Math.floor(next() * limit) }
}

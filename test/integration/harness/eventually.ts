/** Bounded waits. Nothing in these tests is timed: a limit only says when waiting has become pointless. */

/** Generous: the machine may be busy with other things. Milliseconds. */
export const PATIENCE_MS = 90_000
const LOOK_AGAIN_MS = 20

/** Resolves with the first value that is not undefined or false. Rejects, saying what was awaited, at the limit. */
export async function eventually<Value>(
  what: string,
  look: () => Value | undefined | false | Promise<Value | undefined | false>,
  limitMs: number = PATIENCE_MS,
): Promise<Value> {
  const untilMs = Date.now() + limitMs
  for (;;) {
    const value = await look()
    if (value !== undefined && value !== false) return value
    if (Date.now() > untilMs) throw new Error(`waited ${limitMs} ms in vain for: ${what}`)
    await sleep(LOOK_AGAIN_MS)
  }
}

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}

/** Rejects, saying what was awaited, when the promise takes too long. @param what as it is at the limit */
export async function within<Value>(
  what: string | (() => string),
  promise: Promise<Value>,
  limitMs: number = PATIENCE_MS,
): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const awaited = typeof what === 'string' ? what : what()
    reject(new Error(`waited ${limitMs} ms in vain for: ${awaited}`))
  }, limitMs)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

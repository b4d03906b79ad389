/** Ctrl-C and its kin: the first asks for a clean end, the second ends at once. */

import { EXIT_CODES } from './exit-codes.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** npm passes on a Ctrl-C that the terminal has delivered already: two so close together are one wish. */
const SAME_WISH_MS = 250

/** @returns a signal that is aborted at the first wish */
export function listenForInterruption(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController()
  let firstMs: number | undefined
  const wish = (): void => {
    const nowMs = performance.now()
    if (firstMs === undefined) {
      firstMs = nowMs
      controller.abort(new Error('interrupted'))
    } else if (nowMs - firstMs > SAME_WISH_MS) process.exit(EXIT_CODES.interrupted)
  }
  for (const signal of SIGNALS) process.on(signal, wish)
  return controller.signal
}

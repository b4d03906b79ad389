/** Asks a person at a terminal. */

import { createInterface } from 'node:readline'
import type { Context } from './command.ts'

/** Enter means yes; the end of the input (Ctrl-D) means no. Rejects when the program is interrupted. */
export async function askYesNo(question: string, context: Context): Promise<boolean> {
  const { stdin, stdout, interruption } = context
  // Not as a terminal: readline would take Ctrl-C for itself instead of leaving it to the program.
  const lines = createInterface({ input: stdin, terminal: false })
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const ask = (): boolean => stdout.write(`${question} [Y/n] `)
  const interrupt = (): void => {
    stdout.write('\n')
    reject(interruption.reason instanceof Error ? interruption.reason : new Error('interrupted'))
  }
  interruption.addEventListener('abort', interrupt, { once: true })
  lines.on('line', (line) => {
    const answer = line.trim().toLowerCase()
    if (['', 'y', 'yes'].includes(answer)) resolve(true)
    else if (['n', 'no'].includes(answer)) resolve(false)
    else ask()
  })
  lines.on('close', () => resolve(false))
  try {
    interruption.throwIfAborted()
    ask()
    return await promise
  } finally {
    interruption.removeEventListener('abort', interrupt)
    lines.close()
  }
}

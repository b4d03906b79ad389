/** Hears the Enter key of the person at the terminal, without stopping a program that runs in the background. */

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** @returns stops listening */
export function onEnter(
  stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  act: () => void,
): () => void {
  if (stdin.isTTY === true && !isInForeground()) return () => undefined
  // Not as a terminal: readline would take Ctrl-C for itself instead of leaving it to the program.
  const lines = createInterface({ input: stdin, terminal: false })
  lines.on('line', act)
  return () => lines.close()
}

/** A job in the background that reads from its terminal is stopped by the system. True where that cannot be known. */
function isInForeground(): boolean {
  try {
    // Behind the name, which may have spaces: state, parent, group, session, terminal, the terminal's group.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return fields[2] === fields[5]
  } catch {
    return true
  }
}

/** Event names and fields on the standard error output, for whoever starts the program with `--verbose`. Pure. */

export type Log = (event: string, fields: Record<string, string | number | boolean>) => void

/** @returns undefined: nothing is to be written */
export function openLog(argv: readonly string[], write: (line: string) => void): Log | undefined {
  if (!argv.includes('--verbose')) return undefined
  return (event, fields) => write(`${JSON.stringify({ event, ...fields })}\n`)
}

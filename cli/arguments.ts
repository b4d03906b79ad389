/** Reads a command's options and operands; what cannot be read is a `usage` error that names the nearest option. Pure. */

import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { AppError } from '#shared/errors.ts'

interface OptionSpec {
  /** What the value is called in the help; absent for a switch. */
  readonly value?: string
  readonly isRepeatable?: boolean
  /** One letter. */
  readonly short?: string
  readonly help: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** Options and operands of one command line. Asking for an option that the command does not declare is a bug. */
export class Arguments {
  readonly operands: readonly string[]
  readonly #specs: OptionSpecs
  readonly #values: Readonly<Record<string, unknown>>

  constructor(specs: OptionSpecs, values: Readonly<Record<string, unknown>>, operands: readonly string[]) {
    this.#specs = specs
    this.#values = values
    this.operands = operands
  }

  has(name: string): boolean {
    return this.#value(name) === true
  }

  text(name: string): string | undefined {
    const value = this.#value(name)
    return typeof value === 'string' ? value : undefined
  }

  list(name: string): string[] {
    const value = this.#value(name)
    return Array.isArray(value) ? value.map(String) : []
  }

  #value(name: string): unknown {
    if (this.#specs[name] === undefined) throw new Error(`option --${name} is not declared`)
    return this.#values[name]
  }
}

/** Throws AppError `usage`. */
export function parseArguments(specs: OptionSpecs, argv: readonly string[]): Arguments {
  const options = configOf(specs)
  refuseUnknown(specs, options, argv)
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: true,
    })
    const empty = Object.entries(values).find(([, value]) => [value].flat().includes(''))
    if (empty !== undefined) throw usageError(`--${empty[0]} needs a value`)
    return new Arguments(specs, values, positionals)
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    // Node's sentences are good, but go on with advice that does not fit here.
    const sentence = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown)
    throw new AppError('usage', { detail: sentence.replace(/\.$/, ''), cause: thrown })
  }
}

export function usageError(detail: string): AppError {
  return new AppError('usage', { detail })
}

/** The known word that a mistyped one most likely means; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  // A third of the letters may be wrong: more would suggest unrelated words.
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const isBeginning = word.length >= 2 && candidate.startsWith(word)
    const distance = isBeginning ? 0 : editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function configOf(specs: OptionSpecs): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: spec.isRepeatable ?? false,
        ...(spec.short === undefined ? {} : { short: spec.short }),
      },
    ]),
  )
}

/** Node's own message about an unknown option knows nothing of the nearest one, and a repeated one is overwritten. */
function refuseUnknown(specs: OptionSpecs, options: ParseArgsOptionsConfig, argv: readonly string[]): void {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const spec = specs[token.name]
    if (spec === undefined) {
      const near = nearest(token.name, Object.keys(specs))
      throw usageError(
        `unknown option ${token.rawName}${near === undefined ? '' : `; did you mean --${near}?`}`,
      )
    }
    if (spec.value !== undefined && spec.isRepeatable !== true && seen.has(token.name)) {
      throw usageError(`--${token.name} can be given only once`)
    }
    seen.add(token.name)
  }
}

/** Letters to change, add, leave away or swap with their neighbour (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, i) => i)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let k = 1; k <= right.length; k++) {
      const change = (previous[k - 1] ?? 0) + (left[i - 1] === right[k - 1] ? 0 : 1)
      const isSwap = i > 1 && k > 1 && left[i - 1] === right[k - 2] && left[i - 2] === right[k - 1]
      const swap = isSwap ? (beforePrevious[k - 2] ?? 0) + 1 : Infinity
      row.push(Math.min(change, swap, (previous[k] ?? 0) + 1, (row[k - 1] ?? 0) + 1))
    }
    beforePrevious = previous
    previous = row
  }
  return previous[right.length] ?? 0
}

/** How long `get` passes on what it has received. */

import * as v from 'valibot'
import { SeedLimit } from '#shared/api/views.ts'
import { usageError, type Arguments, type OptionSpecs } from './arguments.ts'

export const SEED_OPTIONS = {
  seed: { help: 'when everything is here, pass it on to others until Ctrl-C' },
  'seed-ratio': {
    value: 'R',
    help: 'the same, until R times as much was sent as was received: 1.5',
  },
  'seed-time': {
    value: 'D',
    help: 'the same, for so long: 90s, 30m, 12h, 2d; with --seed-ratio whichever comes first',
  },
} as const satisfies OptionSpecs

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Undefined: it is not passed on. Throws AppError `usage`. */
export function readSeedLimit(args: Arguments): SeedLimit | undefined {
  const ratio = args.text('seed-ratio')
  const time = args.text('seed-time')
  if (ratio === undefined && time === undefined) {
    return args.has('seed') ? { ratio: null, timeMs: null } : undefined
  }
  return {
    ratio: ratio === undefined ? null : parseRatio(ratio),
    timeMs: time === undefined ? null : parseTime(time),
  }
}

/** Throws AppError `usage`. */
function parseRatio(text: string): number | null {
  const parsed = v.safeParse(
    SeedLimit.entries.ratio,
    /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN,
  )
  if (!parsed.success) throw usageError('--seed-ratio is a number from 0.01 to 10000, as in 1.5')
  return parsed.output
}

/** Throws AppError `usage`. */
function parseTime(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text)
  const unit = match?.[2] as keyof typeof UNITS_MS | undefined
  const timeMs = unit === undefined ? Number.NaN : Math.round(Number(match?.[1]) * UNITS_MS[unit])
  const parsed = v.safeParse(SeedLimit.entries.timeMs, timeMs)
  if (!parsed.success)
    throw usageError('--seed-time is a number with s, m, h or d, as in 90s, 30m, 12h or 2d')
  return parsed.output
}

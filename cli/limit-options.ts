/** `--limit-up` and `--limit-down`: how much of the line a command may take. */

import type { Engine } from '#engine/engine.ts'
import { usageError, type Arguments, type OptionSpecs } from './arguments.ts'

export const LIMIT_OPTIONS = {
  'limit-up': { value: 'RATE', help: 'send no more than this a second: 500k, 2M (bytes; 1 kB = 1000)' },
  'limit-down': { value: 'RATE', help: 'receive no more than this a second' },
} as const satisfies OptionSpecs

const FACTORS = new Map([
  ['k', 1e3],
  ['m', 1e6],
  ['g', 1e9],
])
/** Less would not even carry what keeps a connection alive beside a block now and then. Bytes per second. */
const MIN_RATE = 1000

/** Throws AppError `usage`. @returns what sets the limits of an engine */
export function readLimits(args: Arguments): (engine: Engine) => void {
  const upBytesPerSecond = readRate(args, 'limit-up')
  const downBytesPerSecond = readRate(args, 'limit-down')
  return (engine) => engine.setLimits({ upBytesPerSecond, downBytesPerSecond })
}

function readRate(args: Arguments, name: keyof typeof LIMIT_OPTIONS): number | null {
  const text = args.text(name)
  if (text === undefined) return null
  const match = /^(\d{1,12}(?:\.\d{1,6})?) ?(k|m|g|)(?:B|B\/s)?$/i.exec(text)
  const factor = FACTORS.get(match?.[2]?.toLowerCase() ?? '') ?? 1
  const rate = Math.round(Number(match?.[1]) * factor)
  if (match === null || rate < MIN_RATE || !Number.isSafeInteger(rate)) {
    throw usageError(`--${name} is a number of bytes a second, 1k or more, as in 500k or 2M`)
  }
  return rate
}

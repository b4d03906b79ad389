/** Rates as a person types them: a number and a unit, from and to bytes per second. Pure. */

export type RateUnit = 'kB/s' | 'MB/s' | 'Mbit/s'

export const RATE_UNITS: Readonly<Record<RateUnit, number>> = {
  'kB/s': 1000,
  'MB/s': 1_000_000,
  // What providers sell lines in.
  'Mbit/s': 125_000,
}

/** The unit in which a saved limit reads best. */
export function unitFor(bytesPerSecond: number | null): RateUnit {
  return bytesPerSecond !== null && bytesPerSecond < RATE_UNITS['MB/s'] ? 'kB/s' : 'MB/s'
}

/** @returns null for no limit; undefined for what is no rate. At least one byte a second: zero would be a standstill. */
export function toBytesPerSecond(typed: number, unit: RateUnit): number | null | undefined {
  if (Number.isNaN(typed)) return null
  const bytes = Math.round(typed * RATE_UNITS[unit])
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : undefined
}

/** @returns NaN, an empty field, for no limit */
export function toUnit(bytesPerSecond: number | null, unit: RateUnit): number {
  return bytesPerSecond === null ? Number.NaN : bytesPerSecond / RATE_UNITS[unit]
}

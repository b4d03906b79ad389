/** Sizes, rates, times and counts as a person reads them, in one manner everywhere. Pure. */

/** Decimal, as file managers and network gear count. */
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Three significant digits: `999 B`, `1.20 MB`, `54.2 MB`, `744 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // 999.5 would be printed as 1000: it belongs to the next unit already.
  while (value >= (unit === 0 ? 1000 : 999.5) && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.round(bytesPerSecond))}/s`
}

/** Two units at most: `12 s`, `1 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < SECOND_MS) return 'less than 1 s'
  const rounded = Math.round(durationMs / SECOND_MS) * SECOND_MS
  if (rounded < MINUTE_MS) return `${rounded / SECOND_MS} s`
  if (rounded < HOUR_MS) return inTwo(rounded, MINUTE_MS, 'min', SECOND_MS, 's')
  if (rounded < DAY_MS) return inTwo(rounded, HOUR_MS, 'h', MINUTE_MS, 'min')
  return inTwo(rounded, DAY_MS, 'd', HOUR_MS, 'h')
}

/** For what is over in seconds: `0.8 s`, `12 s`, `1 min 20 s`. */
export function formatSeconds(durationMs: number): string {
  // 9.95 would be printed as 10.0.
  return durationMs < 9950
    ? `${(Math.max(0, durationMs) / SECOND_MS).toFixed(1)} s`
    : formatDuration(durationMs)
}

function inTwo(durationMs: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const wholes = Math.floor(durationMs / largeMs)
  const rest = Math.floor((durationMs % largeMs) / smallMs)
  return rest === 0 ? `${wholes} ${large}` : `${wholes} ${large} ${rest} ${small}`
}

/** Rounded down: 100 % means all of it. */
export function formatPercent(fraction: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`
}

export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(count)} ${count === 1 ? singular : plural}`
}

export function formatNumber(value: number): string {
  return value.toLocaleString('en-US')
}

/** Local time, to the minute: `2026-11-20 21:55`. */
export function formatTime(timeMs: number): string {
  const date = new Date(timeMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`
  )
}

/** Sizes, rates, times and counts as people of one language write them. Pure. */

/** What the window says of numbers. Inputs: bytes, bytes per second, milliseconds, 0 to 1. */
export interface Format {
  bytes(bytes: number): string
  rate(bytesPerSecond: number): string
  /** Rounded up to what matters: “3 min 20 s”, “2 h 5 min”. */
  duration(ms: number): string
  /** Of something that is over, shortest to longest: “80 ms”, “1.3 s”, “12 s”, “3 min 20 s”. */
  span(ms: number): string
  percent(share: number): string
  count(count: number): string
  /** Two digits behind the point at most, never rounded up: “0.39”. */
  decimal(value: number): string
  milliseconds(ms: number): string
  dateTime(ms: number): string
  /** “2 minutes ago”; older than a week: the date. */
  ago(ms: number, nowMs: number): string
  list(items: readonly string[]): string
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function createFormat(locale: string): Format {
  const numbers = [0, 1, 2].map(
    (digits) =>
      new Map(
        BYTE_UNITS.map((unit) => [
          unit,
          new Intl.NumberFormat(locale, {
            style: 'unit',
            unit,
            unitDisplay: 'short',
            minimumFractionDigits: digits,
            maximumFractionDigits: digits,
          }),
        ]),
      ),
  )
  const count = new Intl.NumberFormat(locale)
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' })
  const list = new Intl.ListFormat(locale, { style: 'short', type: 'unit' })
  const unit = (name: string): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: 0,
    })
  const tenths = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
  const units = {
    second: unit('second'),
    minute: unit('minute'),
    hour: unit('hour'),
    day: unit('day'),
    ms: unit('millisecond'),
  }

  const bytes = (value: number): string => {
    let scaled = Math.max(0, value)
    let step = 0
    // 999.5 would be printed as 1000.
    while (scaled >= 999.5 && step < BYTE_UNITS.length - 1) {
      scaled /= 1000
      step++
    }
    // Three digits or so: the number's width hardly changes while it counts.
    if (step === 0) return `${count.format(Math.round(scaled))} B`
    const digits = scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
    const name = BYTE_UNITS[step] ?? 'byte'
    return numbers[digits]?.get(name)?.format(scaled) ?? String(value)
  }

  const duration = (ms: number): string => {
    const total = Math.max(0, ms)
    if (total < MINUTE) return units.second.format(Math.ceil(total / SECOND))
    if (total < HOUR) {
      const seconds = Math.ceil(total / SECOND)
      const parts = [units.minute.format(Math.floor(seconds / 60))]
      if (total < 10 * MINUTE && seconds % 60 > 0) parts.push(units.second.format(seconds % 60))
      return parts.join(' ')
    }
    const minutes = Math.ceil(total / MINUTE)
    if (total < DAY) {
      const parts = [units.hour.format(Math.floor(minutes / 60))]
      if (minutes % 60 > 0) parts.push(units.minute.format(minutes % 60))
      return parts.join(' ')
    }
    return units.day.format(Math.ceil(total / DAY))
  }

  return {
    bytes,
    rate: (value) => `${bytes(value)}/s`,
    duration,
    span: (ms) => {
      if (ms < 100) return units.ms.format(Math.round(ms))
      // 9.96 would be printed as 10.0.
      return ms < 9950 ? tenths.format(ms / SECOND) : duration(Math.round(ms / SECOND) * SECOND)
    },
    // 99.7 % is not yet everything.
    percent: (share) => percent.format(share >= 1 ? 1 : Math.floor(share * 100) / 100),
    count: (value) => count.format(value),
    decimal: (value) => decimal.format(Math.floor(value * 100) / 100),
    milliseconds: (ms) => units.ms.format(ms < 1 ? Math.ceil(ms) : Math.round(ms)),
    dateTime: (ms) => date.format(ms),
    ago: (ms, nowMs) => {
      const past = Math.max(0, nowMs - ms)
      if (past < MINUTE) return relative.format(0, 'second')
      if (past < HOUR) return relative.format(-Math.floor(past / MINUTE), 'minute')
      if (past < DAY) return relative.format(-Math.floor(past / HOUR), 'hour')
      if (past < 7 * DAY) return relative.format(-Math.floor(past / DAY), 'day')
      return date.format(ms)
    },
    list: (items) => list.format(items),
  }
}

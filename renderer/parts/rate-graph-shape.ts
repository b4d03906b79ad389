/** The lines of a graph of rates. Pure. */

export interface GraphSize {
  readonly widthPx: number
  readonly heightPx: number
  /** How many samples fit: fewer ones stand at the right end. */
  readonly samples: number
}

/** The next round number above, in few steps: the axis then changes seldom. Bytes per second. */
export function axisTop(bytesPerSecond: number): number {
  /** Less than this would make noise look like traffic. */
  const LOWEST = 1000
  const wanted = Math.max(LOWEST, bytesPerSecond)
  const power = 10 ** Math.floor(Math.log10(wanted))
  const step = [1, 2, 3, 4, 6, 8, 10].find((factor) => factor * power >= wanted) ?? 10
  return step * power
}

/** Points of a line, the newest at the right end. */
export function linePath(values: readonly number[], top: number, size: GraphSize): string {
  const points = pointsOf(values, top, size)
  return points.length === 0 ? '' : `M${points.join('L')}`
}

/** The same with the area under it. */
export function areaPath(values: readonly number[], top: number, size: GraphSize): string {
  const points = pointsOf(values, top, size)
  const [first] = points
  if (first === undefined) return ''
  const left = first.slice(0, first.indexOf(' '))
  return `M${left} ${size.heightPx}L${points.join('L')}V${size.heightPx}Z`
}

function pointsOf(values: readonly number[], top: number, size: GraphSize): string[] {
  const shown = values.slice(-size.samples)
  const step = size.widthPx / Math.max(1, size.samples - 1)
  return shown.map((value, i) => {
    const x = size.widthPx - (shown.length - 1 - i) * step
    const y = size.heightPx - (Math.min(value, top) / top) * size.heightPx
    return `${round(x)} ${round(y)}`
  })
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

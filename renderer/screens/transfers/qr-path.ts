/** A QR code as one path of an SVG, so that nothing has to be put into the page as markup. Pure. */

import { encodeQR } from 'qr'

/** Light modules around the code that scanners need: ISO/IEC 18004 asks for four. */
const QUIET_MODULES = 4

export interface QrPath {
  /** Width and height in modules, the quiet zone included. */
  readonly size: number
  readonly path: string
}

export function qrPath(text: string): QrPath {
  // `low`: a screen is not torn or smudged, and larger modules are easier to read from a distance.
  const modules = encodeQR(text, 'raw', { border: QUIET_MODULES, ecc: 'low' })
  const runs = modules.flatMap((row, y) => runsOf(row).map(({ from, to }) => bar(from, y, to - from)))
  return { size: modules.length, path: runs.join('') }
}

function bar(x: number, y: number, width: number): string {
  return `M${x} ${y}h${width}v1h-${width}z`
}

/** Dark modules that lie side by side, as half-open ranges. */
function runsOf(row: readonly boolean[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = []
  for (const [x, isDark] of row.entries()) {
    const last = runs.at(-1)
    if (!isDark) continue
    if (last?.to === x) last.to = x + 1
    else runs.push({ from: x, to: x + 1 })
  }
  return runs
}

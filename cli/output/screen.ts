/** The live part at the bottom of a terminal: redrawn in place, with lasting lines above it. */

import type { OutputStream } from '#cli/command.ts'
import { displayWidth } from '#cli/terminal-text.ts'

/** Below this nothing readable fits; such a terminal wraps. */
const MIN_COLUMNS = 40
const USUAL_COLUMNS = 80
const USUAL_ROWS = 24

/** While drawing, the terminal must not wrap: a letter wider than thought would cost a row and leave rubbish behind. */
const HIDE_CURSOR_NO_WRAP = '\x1b[?25l\x1b[?7l'
const SHOW_CURSOR_WRAP = '\x1b[?7h\x1b[?25h'

export class Screen {
  readonly #stream: OutputStream
  readonly #redraw: () => void
  /** What stands there now, so that an unchanged picture costs nothing. */
  #drawn: readonly string[] = []
  #isLive = false

  /** @param redraw called when the terminal has a new size */
  constructor(stream: OutputStream, redraw: () => void) {
    this.#stream = stream
    this.#redraw = redraw
  }

  get columns(): number {
    return Math.max(MIN_COLUMNS, this.#stream.columns ?? USUAL_COLUMNS)
  }

  get rows(): number {
    return this.#stream.rows ?? USUAL_ROWS
  }

  /** Replaces the live part. A line longer than the terminal is cut by it. */
  draw(lines: readonly string[]): void {
    // One row stays free: a picture as high as the terminal would scroll at its last line feed.
    const shown = lines.slice(0, Math.max(1, this.rows - 1))
    if (
      this.#isLive &&
      shown.length === this.#drawn.length &&
      shown.every((line, i) => line === this.#drawn[i])
    )
      return
    const start = this.#isLive ? this.#toStart() : HIDE_CURSOR_NO_WRAP
    if (!this.#isLive) this.#stream.on('resize', this.#onResize)
    this.#isLive = true
    this.#stream.write(`${start}${shown.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`)
    this.#drawn = shown
  }

  /** Lines that stay, above the live part. Wrapped by the terminal where they are long. */
  print(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join('')
    if (!this.#isLive) {
      this.#stream.write(text)
      return
    }
    const drawn = this.#drawn
    this.#stream.write(
      `${this.#toStart()}\x1b[J\x1b[?7h${text}\x1b[?7l${drawn.map((line) => `${line}\n`).join('')}`,
    )
  }

  /** Takes the live part away and gives the cursor back. Idempotent. */
  clear(): void {
    if (!this.#isLive) return
    this.#stream.write(`${this.#toStart()}\x1b[J${SHOW_CURSOR_WRAP}`)
    this.#stream.off('resize', this.#onResize)
    this.#isLive = false
    this.#drawn = []
  }

  #toStart(): string {
    const rows = this.#rowsDrawn()
    return rows === 0 ? '\r' : `\r\x1b[${rows}A`
  }

  /** A terminal made narrower has wrapped what stood there. */
  #rowsDrawn(): number {
    const columns = Math.max(1, this.#stream.columns ?? USUAL_COLUMNS)
    let rows = 0
    for (const line of this.#drawn) {
      rows += Math.max(1, Math.ceil(displayWidth(line) / columns))
    }
    return Math.min(rows, this.rows - 1)
  }

  readonly #onResize = (): void => {
    if (!this.#isLive) return
    this.#stream.write(`${this.#toStart()}\x1b[J`)
    this.#drawn = []
    this.#redraw()
  }
}

/** What the shell remembers by itself: where the window stood, the folder of the last dialog. Losing it costs nothing. */

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

const Pixels = v.pipe(v.number(), v.safeInteger(), v.minValue(-100_000), v.maxValue(100_000))
const State = v.object({
  bounds: v.optional(v.object({ x: Pixels, y: Pixels, width: Pixels, height: Pixels })),
  isMaximized: v.optional(v.boolean(), false),
  lastFolder: v.optional(v.string()),
  /** The person has been told that closing the window does not end the program. */
  knowsTray: v.optional(v.boolean(), false),
})
export type DesktopState = v.InferOutput<typeof State>

export class DesktopStateFile {
  readonly #file: string
  #state: DesktopState

  constructor(folder: string) {
    this.#file = join(folder, 'desktop.json')
    this.#state = read(this.#file)
  }

  get state(): DesktopState {
    return this.#state
  }

  /** At once: the program may be about to end. */
  change(change: Partial<DesktopState>): void {
    this.#state = { ...this.#state, ...change }
    try {
      const next = `${this.#file}.new`
      writeFileSync(next, JSON.stringify(this.#state), { mode: 0o600 })
      renameSync(next, this.#file)
    } catch {
      // A full or read-only disk: the window stands elsewhere next time.
    }
  }
}

function read(file: string): DesktopState {
  try {
    return v.parse(State, JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Missing, damaged or of another version.
    return v.parse(State, {})
  }
}

/** As much of a terminal as the live picture uses; anything else it is sent is an error. */

export class TerminalEmulator {
  readonly columns: number
  isCursorVisible = true
  isWrapping = true
  #rows: string[] = ['']
  #row = 0
  #column = 0

  constructor(columns: number) {
    this.columns = columns
  }

  /** What stands there, from the first line ever written, without blanks at the ends of lines. */
  get lines(): string[] {
    const lines = this.#rows.map((row) => row.trimEnd())
    while (lines.at(-1) === '') lines.pop()
    return lines
  }

  write(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const letter = text.charAt(i)
      if (letter === '\n') this.#newLine()
      else if (letter === '\r') this.#column = 0
      else if (letter === '\x1b') {
        const sequence = /^\[[?\d;]*[A-Za-z]/.exec(text.slice(i + 1))?.[0] ?? ''
        this.#control(sequence)
        i += sequence.length
      } else this.#put(letter)
    }
  }

  /** @param sequence what follows the escape */
  #control(sequence: string): void {
    const up = /^\[(\d+)A$/.exec(sequence)?.[1]
    const row = (this.#rows[this.#row] ?? '').slice(0, this.#column)
    if (up !== undefined) this.#row = Math.max(0, this.#row - Number(up))
    else if (sequence === '[K') this.#rows[this.#row] = row
    else if (sequence === '[J') {
      this.#rows[this.#row] = row
      this.#rows.length = this.#row + 1
    } else if (sequence === '[?25l' || sequence === '[?25h') this.isCursorVisible = sequence.endsWith('h')
    else if (sequence === '[?7l' || sequence === '[?7h') this.isWrapping = sequence.endsWith('h')
    else if (!/^\[\d+m$/.test(sequence)) throw new Error(`not understood: ESC ${sequence}`)
  }

  #put(letter: string): void {
    if (this.#column === this.columns) {
      if (!this.isWrapping) return
      this.#newLine()
    }
    const row = (this.#rows[this.#row] ?? '').padEnd(this.#column)
    this.#rows[this.#row] = row.slice(0, this.#column) + letter + row.slice(this.#column + 1)
    this.#column++
  }

  #newLine(): void {
    this.#row++
    this.#column = 0
    this.#rows[this.#row] ??= ''
  }
}

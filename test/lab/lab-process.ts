/** One process inside a namespace: its lines can be waited for, and it is gone at the end, whatever happens. */

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** Of what it wrote to standard error: enough to say why it failed. */
const MAX_LAST_WORDS = 8000
/** Long enough for any start on a busy machine. */
const LINE_LIMIT_MS = 60_000

export interface ProcessEnding {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly lastWords: string
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Gets all of what it writes to standard error. */
  readonly errorFile?: string | undefined
}

export class LabProcess implements AsyncDisposable {
  /** Of standard output. */
  readonly lines: string[] = []
  readonly finished: Promise<ProcessEnding>
  lastWords = ''
  readonly #command: string
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #waiting = new Set<() => void>()
  #hasEnded = false

  constructor(namespace: string, command: string, argv: readonly string[], options: ProcessOptions = {}) {
    this.#command = [command, ...argv].join(' ')
    // `ip netns exec` becomes the command, so the child's id is the command's own; and it dies with this process.
    const inside = ['--pdeathsig', 'KILL', 'ip', 'netns', 'exec', namespace, command, ...argv]
    this.#child = spawn('setpriv', inside, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    })
    this.#child.stdin.on('error', () => undefined)
    const lines = createInterface({ input: this.#child.stdout })
    lines.on('line', (line) => {
      this.lines.push(line)
      this.#look()
    })
    // The last lines may come after the child's own end.
    const allRead = once(lines, 'close')
    this.#child.stderr.on('data', (data: Buffer) => {
      this.lastWords = (this.lastWords + data.toString()).slice(-MAX_LAST_WORDS)
      if (options.errorFile !== undefined) appendFileSync(options.errorFile, data)
    })
    this.finished = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code) => {
        void allRead.then(() => {
          this.#hasEnded = true
          this.#look()
          resolve({ code, lines: this.lines, lastWords: this.lastWords })
        })
      })
    })
    this.finished.catch(() => undefined)
  }

  write(text: string): void {
    this.#child.stdin.write(text)
  }

  /** Nothing more comes from here: what some programs take for the word to finish. */
  end(): void {
    this.#child.stdin.end()
  }

  /** Resolves with the first line that `find` makes something of. Rejects at the end of the process or of the time. */
  async line<Value>(find: (line: string) => Value | undefined, limitMs = LINE_LIMIT_MS): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    const timer = setTimeout(() => reject(new Error(`nothing in ${limitMs} ms: ${this.describe()}`)), limitMs)
    let seen = 0
    const look = (): void => {
      while (seen < this.lines.length) {
        const found = find(this.lines[seen++] ?? '')
        if (found !== undefined) return resolve(found)
      }
      if (this.#hasEnded) reject(new Error(`it ended before: ${this.describe()}`))
    }
    this.#waiting.add(look)
    look()
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(look)
    })
  }

  /** Its end by itself, or undefined when it still runs after the limit. */
  async ending(limitMs: number): Promise<ProcessEnding | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => resolve(undefined), limitMs)
    return Promise.race([this.finished, promise]).finally(() => clearTimeout(timer))
  }

  describe(): string {
    return `“${this.#command}”; last lines: ${this.lines.slice(-3).join(' | ')}; ${this.lastWords}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded && this.#child.pid !== undefined) this.#child.kill('SIGKILL')
    await this.finished.catch(() => undefined)
  }

  #look(): void {
    for (const look of this.#waiting) look()
  }
}

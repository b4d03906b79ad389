/** Starts the processes of a bench and reads the JSON lines that they print. */

import { spawn, type ChildProcess } from 'node:child_process'
import { compileCacheDir } from '#cli/compile-cache.js'
import { createInterface } from 'node:readline'

/** Nothing in a bench takes longer; then something hangs. Milliseconds. */
const LIMIT_MS = 180_000

/** A script of this folder that is to run in another place than this computer's own network. */
export interface PlacedScript {
  readonly script: string
  /** Words before the command. */
  readonly entry: readonly string[]
}

export class Child implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<void>

  constructor(what: string | PlacedScript, ...args: readonly string[]) {
    const { script, entry } = typeof what === 'string' ? { script: what, entry: [] } : what
    const url = new URL(script, import.meta.url)
    const [program = '', ...words] = [...entry, process.execPath, url.pathname, ...args]
    // As the launcher starts the program.
    const env = { ...process.env, NODE_COMPILE_CACHE: compileCacheDir() }
    this.#process = spawn(program, words, {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const { stdout } = this.#process
    if (stdout === null) throw new Error('no output')
    this.#lines = createInterface(stdout)[Symbol.asyncIterator]()
    this.#ended = new Promise((resolve) => this.#process.once('exit', () => resolve()))
  }

  /** The next line that the process prints. Rejects when it ends or hangs. */
  async line<Shape>(limitMs = LIMIT_MS): Promise<Shape> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new Error(`a bench process says nothing for ${limitMs} ms`)),
      limitMs,
    )
    try {
      const next = await Promise.race([this.#lines.next(), promise])
      if (next.done === true) throw new Error('a bench process ended early')
      return JSON.parse(next.value) as Shape
    } finally {
      clearTimeout(timer)
    }
  }

  say(message: unknown): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`)
  }

  /** No more input: what a process takes as the word to finish. */
  end(): void {
    this.#process.stdin?.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin?.end()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5000)
    await this.#ended
    clearTimeout(timer)
  }
}

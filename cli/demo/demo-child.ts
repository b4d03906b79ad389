/** One real Beeline process of the demo: started, listened to through its JSON events, and ended. */

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { TransferView } from '#shared/api/views.ts'
import { AppError, isErrorCode } from '#shared/errors.ts'
import { waitAtMost } from '#engine/app/waiting.ts'

/** A clean end takes five seconds at most; then it is ended by force. */
const STOP_LIMIT_MS = 8000
/** Of what a child wrote to standard error: enough for its last words. */
const MAX_LAST_WORDS = 4000

const Event = v.looseObject({ event: v.string() })
export type DemoEvent = v.InferOutput<typeof Event>
const Progress = v.object({ transfer: TransferView })
const Failure = v.object({ code: v.string(), detail: v.nullable(v.string()) })

export interface DemoChildSettings {
  /** What the others see. */
  readonly name: string
  readonly argv: readonly string[]
  /** Its BEELINE_HOME. */
  readonly dataDir: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export class DemoChild {
  readonly name: string
  readonly #process: ChildProcessByStdio<null, Readable, Readable>
  readonly #ended = Promise.withResolvers<never>()
  readonly #exited: Promise<void>
  readonly #events = new Map<string, DemoEvent>()
  readonly #waiting = new Map<string, (event: DemoEvent) => void>()
  #transfer: TransferView | undefined
  #failure: AppError | undefined
  #lastWords = ''

  constructor(settings: DemoChildSettings) {
    this.name = settings.name
    const launcher = fileURLToPath(new URL('../../cli/beeline.js', import.meta.url))
    this.#process = spawn(process.execPath, [launcher, ...settings.argv, '--json'], {
      // Everything stays on this computer, whatever networks it has.
      env: { ...settings.environment, BEELINE_HOME: settings.dataDir, BEELINE_BIND: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // Awaited only where somebody waits; an end that nobody waits for is none of anybody's business.
    this.#ended.promise.catch(() => undefined)
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#read(line))
    this.#process.stderr.on('data', (data: Buffer) => {
      this.#lastWords = (this.#lastWords + data.toString()).slice(-MAX_LAST_WORDS)
    })
    this.#exited = new Promise((resolve) => {
      this.#process.once('error', (cause) => this.#end(`could not be started: ${cause.message}`, resolve))
      this.#process.once('close', (code, signal) => this.#end(`ended with ${signal ?? code ?? 0}`, resolve))
    })
  }

  /** The last snapshot. */
  get transfer(): TransferView | undefined {
    return this.#transfer
  }

  /** Resolves with an event, also one that has been already. Rejects with AppError when the process ends first. */
  async waitFor(event: string, signal: AbortSignal): Promise<DemoEvent> {
    signal.throwIfAborted()
    const past = this.#events.get(event)
    if (past !== undefined) return past
    const { promise, resolve, reject } = Promise.withResolvers<DemoEvent>()
    this.#waiting.set(event, resolve)
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([promise, this.#ended.promise])
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Ends it, by force if it takes too long. Idempotent. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGINT')
    await waitAtMost(STOP_LIMIT_MS, this.#exited)
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL')
    await this.#exited
  }

  #read(line: string): void {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Event), line)
    if (!parsed.success) return
    const event = parsed.output
    if (event.event === 'progress') {
      const progress = v.safeParse(Progress, event)
      if (progress.success) this.#transfer = progress.output.transfer
    }
    if (event.event === 'error') {
      const failure = v.safeParse(Failure, event)
      if (failure.success && isErrorCode(failure.output.code)) {
        const detail = `${this.name}${failure.output.detail === null ? '' : `: ${failure.output.detail}`}`
        this.#failure = new AppError(failure.output.code, { detail })
      }
    }
    this.#events.set(event.event, event)
    this.#waiting.get(event.event)?.(event)
  }

  #end(how: string, resolve: () => void): void {
    const words = this.#lastWords.trim()
    const detail = `${this.name} ${how}${words === '' ? '' : `, saying: ${words}`}`
    this.#ended.reject(this.#failure ?? new AppError('internal', { detail }))
    resolve()
  }
}

/** Runs a main process on the double, in a process of its own, and speaks to it. */

import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import * as v from 'valibot'
import type { ShellOptions, StartedShell } from './shell-driver.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const DOUBLE = path.join(import.meta.dirname, 'double')
/** A start takes a second or two here; whatever has not come after this never will. Milliseconds. */
const START_LIMIT_MS = 60_000

const Told = v.variant('tell', [
  v.object({ tell: v.literal('call'), api: v.string(), values: v.optional(v.array(v.unknown()), []) }),
  v.object({ tell: v.literal('event'), name: v.string(), value: v.optional(v.unknown()) }),
  v.object({ tell: v.literal('done'), id: v.number(), result: v.optional(v.unknown()) }),
  v.object({ tell: v.literal('failed'), id: v.number(), error: v.string() }),
])

const WindowState = v.object({ isVisible: v.boolean(), url: v.string() })

export interface DoubleOptions extends ShellOptions {
  /** Main process to run; TypeScript will do. */
  readonly entry: string
  /** What the system answers before the spec can say so. */
  readonly answers?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string>>
}

export interface DoubleCall {
  readonly api: string
  readonly values: readonly unknown[]
}

export class DoubleShell implements StartedShell {
  readonly exited: Promise<number | null>
  readonly calls: DoubleCall[] = []
  /** What the program and the double have written, for a failing spec. */
  output = ''
  readonly #process: ChildProcess
  readonly #options: DoubleOptions
  readonly #listeners = new Set<(name: string, value: unknown) => void>()
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>()
  #lastId = 0

  private constructor(options: DoubleOptions) {
    this.#options = options
    this.#process = fork(path.join(DOUBLE, 'run.ts'), [options.entry, ...(options.args ?? [])], {
      cwd: ROOT,
      execPath: process.execPath,
      execArgv: ['--import', path.join(DOUBLE, 'register.ts'), '--disable-warning=ExperimentalWarning'],
      env: {
        ...process.env,
        BEELINE_HOME: options.home,
        BEELINE_BIND: '127.0.0.1',
        HOME: options.home,
        XDG_CONFIG_HOME: path.join(options.home, 'config'),
        DOUBLE_ANSWERS: JSON.stringify(options.answers ?? {}),
        ...options.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.exited = new Promise((resolve) => this.#process.once('exit', (code) => resolve(code)))
    void this.exited.then(() => this.#failPending())
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (data: Buffer) => (this.output += data.toString()))
    }
    this.#process.on('message', (message) => this.#receive(v.parse(Told, message)))
  }

  /** Runs, whatever comes of it. */
  static spawn(options: DoubleOptions): DoubleShell {
    return new DoubleShell(options)
  }

  /** Resolves when the page has loaded. */
  static async start(options: DoubleOptions): Promise<DoubleShell> {
    const shell = DoubleShell.spawn(options)
    const limit = AbortSignal.timeout(START_LIMIT_MS)
    try {
      while (!(await shell.#hasPage())) {
        limit.throwIfAborted()
        if (shell.#process.exitCode !== null) throw new Error('it ended while it started')
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
      return shell
    } catch (cause) {
      await shell[Symbol.asyncDispose]()
      throw new Error(`the shell did not start:\n${shell.output}`, { cause })
    }
  }

  callsOf(api: string): (readonly unknown[])[] {
    return this.calls.filter((call) => call.api === api).map((call) => call.values)
  }

  answer(api: string, value: unknown): Promise<unknown> {
    return this.#instruct({ do: 'answer', api, value })
  }

  act(name: string, ...values: readonly unknown[]): Promise<unknown> {
    return this.#instruct({ do: 'act', name, values })
  }

  evaluate(expression: string): Promise<unknown> {
    return this.act('page.evaluate', expression)
  }

  onTold(listener: (name: string, value: unknown) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async setFiles(selector: string, paths: readonly string[]): Promise<void> {
    await this.act('page.setFiles', selector, paths)
  }

  async reload(): Promise<void> {
    await this.act('page.reload')
  }

  async windowState(): Promise<{ isVisible: boolean; url: string }> {
    return v.parse(WindowState, await this.act('window.state'))
  }

  async closeWindow(): Promise<void> {
    await this.act('window.close')
  }

  async startAgain(args: readonly string[]): Promise<number | null> {
    await using second = DoubleShell.spawn({ ...this.#options, args })
    return await second.exited
  }

  async emit(event: string, ...values: readonly unknown[]): Promise<void> {
    await this.act('app.emit', event, ...values)
  }

  async quit(): Promise<void> {
    await this.act('quit')
  }

  /** As `kill` does. */
  async terminate(): Promise<void> {
    this.#process.kill('SIGTERM')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Without its line to the spec the double ends itself, and its browser with it.
    if (this.#process.connected) this.#process.disconnect()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000)
    await this.exited
    clearTimeout(timer)
  }

  async #hasPage(): Promise<boolean> {
    try {
      return (await this.evaluate('document.readyState')) === 'complete' && (await this.#isOurs())
    } catch {
      return false
    }
  }

  async #isOurs(): Promise<boolean> {
    return (await this.windowState()).url.startsWith('app://')
  }

  #instruct(instruction: object): Promise<unknown> {
    if (!this.#process.connected) return Promise.reject(new Error(`the shell has ended:\n${this.output}`))
    const id = ++this.#lastId
    const pending = Promise.withResolvers<unknown>()
    this.#pending.set(id, pending)
    this.#process.send({ ...instruction, id })
    return pending.promise
  }

  #receive(message: v.InferOutput<typeof Told>): void {
    switch (message.tell) {
      case 'call':
        this.calls.push(message)
        break
      case 'event':
        for (const listener of this.#listeners) listener(message.name, message.value)
        break
      case 'done':
        this.#pending.get(message.id)?.resolve(message.result)
        this.#pending.delete(message.id)
        break
      case 'failed':
        this.#pending.get(message.id)?.reject(new Error(message.error))
        this.#pending.delete(message.id)
        break
    }
  }

  #failPending(): void {
    for (const { reject } of this.#pending.values()) reject(new Error(`the shell has ended:\n${this.output}`))
    this.#pending.clear()
  }
}

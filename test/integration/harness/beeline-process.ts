/** One real Beeline process: started, listened to through its JSON events, killed and cleaned up. */

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { eventually, PATIENCE_MS, within } from './eventually.ts'

const LAUNCHER = fileURLToPath(new URL('../../../cli/beeline.js', import.meta.url))
/** Of what a process wrote to standard error: enough for its last words. */
const MAX_LAST_WORDS = 8000
/** Lines of its log that are kept: more than a minute of a swarm brings. */
const MAX_LOG_LINES = 20_000

const Event = v.looseObject({ event: v.string() })
export type BeelineEvent = v.InferOutput<typeof Event>

/** What these tests look at in a `TransferView`. */
const View = v.looseObject({
  state: v.string(),
  totalBytes: v.number(),
  doneBytes: v.number(),
  pieceCount: v.number(),
  donePieces: v.number(),
  resumedBytes: v.number(),
  receivedBytes: v.number(),
  sentBytes: v.number(),
  coordinator: v.string(),
  peers: v.array(
    v.looseObject({
      peer: v.string(),
      name: v.string(),
      state: v.string(),
      receivedBytes: v.number(),
      sentBytes: v.number(),
      completeness: v.number(),
    }),
  ),
})
export type ProcessView = v.InferOutput<typeof View>

export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

export interface BeelineSettings {
  /** Its BEELINE_HOME: two folders are two devices. */
  readonly home: string
  readonly workingDir?: string
  readonly environment?: Readonly<Record<string, string>>
}

export class BeelineProcess implements AsyncDisposable {
  /** All but `progress`, of which only the last view is kept. */
  readonly events: BeelineEvent[] = []
  readonly exited: Promise<Ending>
  view: ProcessView | undefined
  /** The most seen in any view: the numbers of a killed process. */
  receivedBytes = 0
  lastWords = ''
  /** What `--verbose` tells, the first lines of it. */
  readonly log: string[] = []
  readonly #name: string
  readonly #process: ChildProcessByStdio<null, Readable, Readable>
  #ending: Ending | undefined

  constructor(argv: readonly string[], settings: BeelineSettings) {
    this.#name = argv[0] ?? ''
    this.#process = spawn(process.execPath, [LAUNCHER, ...argv, '--json', '--verbose'], {
      env: {
        ...process.env,
        BEELINE_HOME: settings.home,
        BEELINE_BIND: '127.0.0.1',
        BEELINE_COORDINATOR: '',
        ...settings.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(settings.workingDir === undefined ? {} : { cwd: settings.workingDir }),
    })
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#read(line))
    this.#process.stderr.on('data', (data: Buffer) => {
      this.lastWords = (this.lastWords + data.toString()).slice(-MAX_LAST_WORDS)
    })
    createInterface({ input: this.#process.stderr }).on('line', (line) => {
      if (this.log.length < MAX_LOG_LINES) this.log.push(line)
    })
    this.exited = new Promise((resolve, reject) => {
      this.#process.once('error', reject)
      this.#process.once('close', (code, signal) => {
        this.#ending = { code, signal }
        resolve(this.#ending)
      })
    })
    this.exited.catch(() => undefined)
  }

  get isRunning(): boolean {
    return this.#ending === undefined
  }

  get pid(): number {
    const { pid } = this.#process
    if (pid === undefined) throw new Error('the process could not be started')
    return pid
  }

  /** Memory that the process has in use now, bytes; 0 when it has ended, of which word may come later. */
  get residentBytes(): number {
    try {
      const pages = readFileSync(`/proc/${this.pid}/statm`, 'utf8').split(' ')[1]
      return Number(pages) * 4096
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
      throw error
    }
  }

  find(event: string): BeelineEvent | undefined {
    return this.events.find((one) => one.event === event)
  }

  /** Resolves with an event, also one that has been already. Rejects when the process ends first. */
  async event(name: string, limitMs: number = PATIENCE_MS): Promise<BeelineEvent> {
    return this.#unlessEnded(`the event ${name}`, () => this.find(name), limitMs)
  }

  /** Resolves when a view is as wanted. Rejects when the process ends first. */
  async reaches(
    what: string,
    isThere: (view: ProcessView) => boolean,
    limitMs: number = PATIENCE_MS,
  ): Promise<void> {
    await this.#unlessEnded(what, () => this.view !== undefined && isThere(this.view), limitMs)
  }

  /** The link of a `send`. */
  async link(): Promise<string> {
    return v.parse(v.string(), (await this.event('link'))['link'])
  }

  /** Waits for the end that comes by itself. */
  ending(limitMs: number = PATIENCE_MS): Promise<Ending> {
    return within(() => `the end of ${this.describe()}`, this.exited, limitMs)
  }

  /** As a power cut would: no handler runs. */
  async killHard(): Promise<void> {
    if (this.#ending === undefined) this.#process.kill('SIGKILL')
    await this.exited
  }

  /** As Ctrl-C would. */
  async interrupt(): Promise<Ending> {
    if (this.#ending === undefined) this.#process.kill('SIGINT')
    return this.ending(20_000)
  }

  /** For messages of failed tests. */
  describe(): string {
    const events = this.events.slice(-8).map((event) => JSON.stringify(event))
    return `“${this.#name}”; events: ${events.join(' ')}; view: ${JSON.stringify(this.view)}; stderr: ${this.lastWords}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killHard()
  }

  async #unlessEnded<Value>(
    what: string,
    look: () => Value | undefined | false,
    limitMs: number,
  ): Promise<Value> {
    try {
      return await eventually(
        what,
        () => {
          const value = look()
          if ((value === undefined || value === false) && this.#ending !== undefined) {
            throw new Error(`ended (${JSON.stringify(this.#ending)}) before ${what}`)
          }
          return value
        },
        limitMs,
      )
    } catch (cause) {
      throw new Error(`${cause instanceof Error ? cause.message : ''} — ${this.describe()}`, { cause })
    }
  }

  #read(line: string): void {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Event), line)
    if (!parsed.success) throw new Error(`${this.#name} printed what is no JSON event: ${line}`)
    const event = parsed.output
    if (event.event !== 'progress') {
      this.events.push(event)
      if (event.event === 'done') this.#note(v.parse(v.number(), event['receivedBytes']))
      return
    }
    this.view = v.parse(View, event['transfer'])
    this.#note(this.view.receivedBytes)
  }

  #note(receivedBytes: number): void {
    this.receivedBytes = Math.max(this.receivedBytes, receivedBytes)
  }
}

/** A coordinator of its own process. Port 0: any free one. */
export async function startCoordinatorProcess(
  home: string,
  port = 0,
): Promise<{ process: BeelineProcess; url: string; port: number }> {
  const coordinator = new BeelineProcess(['coordinator', '--listen', `127.0.0.1:${port}`], { home })
  const event = await coordinator.event('listening')
  const [url = ''] = v.parse(v.array(v.string()), event['urls'])
  return { process: coordinator, url, port: Number(new URL(url).port) }
}

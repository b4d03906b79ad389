/** One of Beeline's commands on a host of an emulated line, followed through its JSON events. */

import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import type { Host } from './host.ts'
import { usageOf, type ProcessUsage } from './process-usage.ts'

const LAUNCHER = path.resolve(import.meta.dirname, '../../../cli/beeline.js')
/** Two commands start and meet within seconds on any profile. Milliseconds. */
const MEET_LIMIT_MS = 60_000
/** Of what it wrote to standard error. */
const MAX_LAST_WORDS = 1000

const Event = v.looseObject({ event: v.string() })
type Event = v.InferOutput<typeof Event>
const Progress = v.looseObject({
  transfer: v.looseObject({
    receivedBytes: v.number(),
    peers: v.array(
      v.looseObject({
        lanes: v.array(
          v.looseObject({ state: v.string(), route: v.nullable(v.looseObject({ protocol: v.string() })) }),
        ),
      }),
    ),
  }),
})
const Done = v.looseObject({ receivedBytes: v.number() })

/** What a receiver sees of its lanes to all peers. */
export interface LaneSight {
  readonly count: number
  /** One of them is a TLS lane. */
  readonly hasTls: boolean
}

export class BeelineCommand implements Disposable {
  /** Of `performance.now()`; as far as four reports a second can tell. */
  firstByteAtMs: number | undefined
  receivedBytes = 0
  /** Open lanes whenever they changed. `atMs` of `performance.now()`. */
  readonly lanes: (LaneSight & { readonly atMs: number; readonly receivedBytes: number })[] = []
  #usage: ProcessUsage = { cpuSeconds: 0, peakMib: 0 }
  readonly #child: ChildProcess
  readonly #events = new Map<string, PromiseWithResolvers<Event>>()
  #lastWords = ''
  #isOver = false

  constructor(host: Host, argv: readonly string[], home: string) {
    this.#child = host.spawn(process.execPath, [LAUNCHER, ...argv, '--json', '--verbose'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, BEELINE_HOME: home, BEELINE_BIND: host.address, BEELINE_COORDINATOR: '' },
    })
    const { stdout, stderr } = this.#child
    if (stdout === null || stderr === null) throw new Error('no output')
    stderr.on('data', (data: Buffer) => {
      this.#lastWords = (this.#lastWords + data.toString()).slice(-MAX_LAST_WORDS)
    })
    createInterface({ input: stdout }).on('line', (line) => this.#read(v.parse(Event, JSON.parse(line))))
    this.#child.once('close', () => {
      this.#isOver = true
      for (const { reject } of this.#events.values()) reject(this.#ended())
    })
  }

  /** Also one that has been already. Rejects when the command ends without it. */
  async event(name: string, limitMs = MEET_LIMIT_MS): Promise<Event> {
    const event = await this.#within(name, limitMs)
    if (event === undefined) throw new Error(`no “${name}” within ${limitMs} ms: ${this.#lastWords}`)
    return event
  }

  /** False at the limit. Rejects when the command fails. */
  async isDone(limitMs: number): Promise<boolean> {
    return (await this.#within('done', limitMs)) !== undefined
  }

  /** By itself: only so does Node keep what it has compiled for the next start, as it does for people. */
  async ended(limitMs: number): Promise<void> {
    if (this.#isOver) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#child.once('close', () => resolve())
    const timer = setTimeout(resolve, limitMs)
    await promise.finally(() => clearTimeout(timer))
  }

  /** What it has used; when it has ended, until its last report. */
  usage(): ProcessUsage {
    return usageOf(this.#child.pid) ?? this.#usage
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }

  async #within(name: string, limitMs: number): Promise<Event | undefined> {
    const limit = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => limit.resolve(undefined), limitMs)
    return Promise.race([this.#awaited(name).promise, limit.promise]).finally(() => clearTimeout(timer))
  }

  #awaited(name: string): PromiseWithResolvers<Event> {
    const known = this.#events.get(name)
    if (known !== undefined) return known
    const awaited = Promise.withResolvers<Event>()
    // Nobody may be waiting any more when the command ends.
    awaited.promise.catch(() => undefined)
    if (this.#isOver) awaited.reject(this.#ended())
    this.#events.set(name, awaited)
    return awaited
  }

  #read(event: Event): void {
    this.#usage = this.usage()
    if (event.event === 'progress') this.#observe(v.parse(Progress, event).transfer)
    if (event.event === 'done') this.#note(v.parse(Done, event).receivedBytes)
    this.#awaited(event.event).resolve(event)
  }

  #observe({ receivedBytes, peers }: v.InferOutput<typeof Progress>['transfer']): void {
    this.#note(receivedBytes)
    const open = peers.flatMap(({ lanes }) => lanes).filter(({ state }) => state === 'open')
    const [count, hasTls] = [open.length, open.some(({ route }) => route?.protocol === 'tls')]
    const last = this.lanes.at(-1)
    if (count !== last?.count || hasTls !== last.hasTls)
      this.lanes.push({ atMs: performance.now(), count, hasTls, receivedBytes })
  }

  #note(receivedBytes: number): void {
    if (receivedBytes > 0) this.firstByteAtMs ??= performance.now()
    this.receivedBytes = Math.max(this.receivedBytes, receivedBytes)
  }

  #ended(): Error {
    return new Error(`the command ended: ${this.#lastWords}`)
  }
}

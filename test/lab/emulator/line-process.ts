/** The process that carries the packets: started, told its settings, asked for its counters, ended. */

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import * as v from 'valibot'

/** It answers at once, also on a machine under load. Milliseconds. */
const ANSWER_LIMIT_MS = 20_000
/** Of what it wrote to standard error. */
const MAX_LAST_WORDS = 2000

const DirectionCounters = v.object({
  /** What the sending end put on the line. */
  offered: v.number(),
  offeredBytes: v.number(),
  /** What the other end got. */
  sent: v.number(),
  sentBytes: v.number(),
  /** Came to a full queue. */
  droppedByQueue: v.number(),
  /** By the loss that was asked for. */
  lost: v.number(),
  /** While the line was down. */
  cut: v.number(),
  /** By the system, at the end of the line: 0 in a sound test. */
  refused: v.number(),
  /** More than 2 ms after their time: a machine too busy to trust the numbers. */
  late: v.number(),
  /** The most that waited. */
  peakQueueBytes: v.number(),
})

const Counters = v.object({ toRight: DirectionCounters, toLeft: DirectionCounters })
export type Counters = v.InferOutput<typeof Counters>

const Ready = v.object({ left: v.string(), right: v.string() })
const Done = v.object({ done: v.literal(true) })

interface Waiting {
  readonly resolve: (line: string) => void
  readonly reject: (error: Error) => void
}

export class LineProcess implements AsyncDisposable {
  /** Paths under which the two namespaces can be entered while the process lives. */
  readonly namespacePaths: { readonly left: string; readonly right: string }
  readonly #wire: Wire

  private constructor(wire: Wire, namespacePaths: { left: string; right: string }) {
    this.#wire = wire
    this.namespacePaths = namespacePaths
  }

  /** Namespaces are paths, or `-` for new ones. Rejects with what the program said when it cannot. */
  static async start(program: string, left: string, right: string, device: string): Promise<LineProcess> {
    const wire = new Wire(program, [left, right, device])
    try {
      return new LineProcess(wire, parse(Ready, await wire.nextLine()))
    } catch (error) {
      await wire.end()
      throw error
    }
  }

  async command(text: string): Promise<void> {
    parse(Done, await this.#wire.ask(text))
  }

  async counters(): Promise<Counters> {
    return parse(Counters, await this.#wire.ask('counters'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire.end()
  }
}

/** Lines to the process and back, in order. */
class Wire {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #waiting: Waiting[] = []
  readonly #exited: Promise<void>
  #lastWords = ''
  #isOver = false

  constructor(program: string, argv: readonly string[]) {
    this.#process = spawn(program, argv, { stdio: ['pipe', 'pipe', 'pipe'] })
    // Written to after its end: the wait for the answer says so.
    this.#process.stdin.on('error', () => undefined)
    this.#process.stderr.on('data', (data: Buffer) => {
      this.#lastWords = (this.#lastWords + data.toString()).slice(-MAX_LAST_WORDS)
    })
    createInterface({ input: this.#process.stdout }).on('line', (line) =>
      this.#waiting.shift()?.resolve(line),
    )
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#exited = promise
    const over = (): void => {
      this.#isOver = true
      for (const { reject } of this.#waiting.splice(0)) reject(this.#error('ended'))
      resolve()
    }
    this.#process.once('error', (error) => {
      this.#lastWords += error.message
      over()
    })
    this.#process.once('close', over)
  }

  ask(text: string): Promise<string> {
    const line = this.nextLine()
    this.#process.stdin.write(`${text}\n`)
    return line
  }

  nextLine(): Promise<string> {
    if (this.#isOver) return Promise.reject(this.#error('has ended'))
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#waiting.push({ resolve, reject })
    const timer = setTimeout(() => reject(this.#error('does not answer')), ANSWER_LIMIT_MS)
    return promise.finally(() => clearTimeout(timer))
  }

  async end(): Promise<void> {
    this.#process.stdin.end()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), ANSWER_LIMIT_MS)
    await this.#exited
    clearTimeout(timer)
  }

  #error(what: string): Error {
    return new Error(`the emulator ${what}: ${this.#lastWords.trim() || 'no reason given'}`)
  }
}

function parse<const Schema extends v.GenericSchema>(schema: Schema, line: string): v.InferOutput<Schema> {
  return v.parse(schema, JSON.parse(line))
}

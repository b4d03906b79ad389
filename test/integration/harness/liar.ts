/** A member of a swarm that claims everything and spoils the last block of every piece, as a process of its own. */

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { eventually } from './eventually.ts'

const PROGRAM = fileURLToPath(new URL('./liar-process.ts', import.meta.url))

const Report = v.object({
  /** Connections that were sent several false blocks. */
  liedTo: v.number(),
  /** Of those, the ones that still stand. */
  stillThere: v.number(),
})
export type LiarReport = v.InferOutput<typeof Report>

export class Liar implements AsyncDisposable {
  /** The last. */
  report: LiarReport | undefined
  lastWords = ''
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #ended: Promise<void>

  private constructor(link: string, ownerHome: string, base: string) {
    this.#process = spawn(process.execPath, [PROGRAM, link, ownerHome, base], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.report = v.parse(Report, JSON.parse(line))
    })
    this.#process.stderr.on('data', (data: Buffer) => {
      this.lastWords = (this.lastWords + data.toString()).slice(-2000)
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#process.once('close', () => resolve())
    this.#ended = promise
  }

  /** Resolves when it is in the topic. */
  static async join(link: string, ownerHome: string, base: string): Promise<Liar> {
    const liar = new Liar(link, ownerHome, base)
    try {
      await eventually('the liar to join', () => liar.report)
      return liar
    } catch (cause) {
      await liar[Symbol.asyncDispose]()
      throw new Error(liar.lastWords, { cause })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }
}

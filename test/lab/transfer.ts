/** One transfer between two hosts of the lab with the real command line, followed by what the receiver says. */

import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as v from 'valibot'
import type { LabProcess } from './lab-process.ts'
import type { Namespace } from './namespace.ts'
import { LAUNCHER } from './public-servers.ts'
import { Timeline } from './timeline.ts'

/** A transfer that is followed ends within it, one way or another. Milliseconds. */
const FOLLOW_LIMIT_MS = 300_000
/** Between two looks at what is waited for. Milliseconds. */
const LOOK_MS = 50
/** The sender is online within seconds; on a busy machine it takes longer. Milliseconds. */
const ONLINE_LIMIT_MS = 90_000

const Link = v.object({ event: v.literal('link'), link: v.string() })

export interface SourceFile {
  readonly file: string
  readonly sizeBytes: number
  readonly digest: string
}

/** Random content in a folder that exists. */
export function makeSource(folder: string, sizeBytes: number): SourceFile {
  const content = randomBytes(sizeBytes)
  const file = path.join(folder, `bees-${sizeBytes}.bin`)
  writeFileSync(file, content)
  return { file, sizeBytes, digest: digestOf(content) }
}

export interface TransferPlan {
  readonly sender: Namespace
  readonly receiver: Namespace
  readonly source: SourceFile
  /** Of its own; made here and removed at the end. */
  readonly folder: string
  readonly coordinator: string
  readonly stun: string
  /** As `--relay` takes them, on both sides. */
  readonly relays: readonly string[]
  /** Of the certificate of a relay: a file. */
  readonly authority: string
  /** Gets what both sides say with `--verbose`. */
  readonly logFolder?: string | undefined
}

export class Transfer implements AsyncDisposable {
  readonly timeline = new Timeline()
  readonly #plan: TransferPlan
  readonly #get: LabProcess
  readonly #startedAtMs: number
  readonly #owned: AsyncDisposableStack

  private constructor(plan: TransferPlan, get: LabProcess, owned: AsyncDisposableStack) {
    this.#plan = plan
    this.#get = get
    this.#owned = owned
    this.#startedAtMs = performance.now()
    const follow = (line: string): undefined => {
      this.timeline.read(line, this.nowMs)
    }
    get.line(follow, FOLLOW_LIMIT_MS).catch(() => undefined)
  }

  /** The sender is there before the receiver asks for it, as when a person passes a link on. */
  static async start(plan: TransferPlan): Promise<Transfer> {
    await using owned = new AsyncDisposableStack()
    const { folder, logFolder } = plan
    owned.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
    mkdirSync(folder)
    if (logFolder !== undefined) mkdirSync(logFolder, { recursive: true })
    const network = ['--stun', plan.stun, ...plan.relays.flatMap((relay) => ['--relay', relay])]
    const start = (host: Namespace, name: string, argv: readonly string[]): LabProcess => {
      const errorFile = logFolder === undefined ? undefined : path.join(logFolder, `${name}.log`)
      const verbose = logFolder === undefined ? [] : ['--verbose']
      const env = { BEELINE_HOME: path.join(folder, name), NODE_EXTRA_CA_CERTS: plan.authority }
      const all = [LAUNCHER, ...argv, ...network, '--json', ...verbose]
      return owned.use(host.start(process.execPath, all, { env, errorFile }))
    }
    const send = start(plan.sender, 'sender', ['send', plan.source.file, '--coordinator', plan.coordinator])
    const link = await send.line(linkOf, ONLINE_LIMIT_MS)
    await send.line((line) => (line.includes('"coordinator":"online"') ? line : undefined), ONLINE_LIMIT_MS)
    const to = path.join(folder, 'to')
    const get = start(plan.receiver, 'receiver', ['get', link, '--to', to, '--yes'])
    return new Transfer(plan, get, owned.move())
  }

  /** Since the start of `get`. */
  get nowMs(): number {
    return performance.now() - this.#startedAtMs
  }

  /** False at the limit, and when the receiver ends before. */
  async until(isThere: (timeline: Timeline) => boolean, limitMs: number): Promise<boolean> {
    const limit = this.nowMs + limitMs
    for (;;) {
      const ending = await this.#get.ending(LOOK_MS)
      if (isThere(this.timeline)) return true
      if (ending !== undefined || this.nowMs > limit) return false
    }
  }

  /** True when everything arrived as it was sent; false at the limit too. */
  async isVerified(limitMs: number): Promise<boolean> {
    const ending = await this.#get.ending(limitMs)
    // Its last words may come in the same moment.
    await delay(0)
    if (this.#plan.logFolder !== undefined) {
      writeFileSync(path.join(this.#plan.logFolder, 'receiver.jsonl'), this.#get.lines.join('\n'))
    }
    if (ending?.code !== 0) return false
    const { source, folder } = this.#plan
    try {
      return digestOf(readFileSync(path.join(folder, 'to', path.basename(source.file)))) === source.digest
    } catch {
      return false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }
}

function linkOf(line: string): string | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Link), line)
  return parsed.success ? parsed.output.link : undefined
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

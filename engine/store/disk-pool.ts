/** Worker threads for everything that touches the disk or hashes, so that the event loop never waits for either. */

import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError } from '#shared/errors.ts'
import type { DiskJob, JobReply, JobRequest, JobResults } from './disk-jobs.ts'

/** More would compete with the network's own threads for cores. */
const MAX_WORKERS = 4

interface Pending {
  readonly resolve: (value: JobReply) => void
}

interface PoolWorker {
  readonly thread: Worker
  readonly pending: Map<number, Pending>
  hasEnded: boolean
}

export class DiskPool implements AsyncDisposable {
  readonly #workers: PoolWorker[] = []
  readonly #count: number
  readonly #entry: URL
  #nextId = 1
  #isClosed = false

  /** @param entry what the threads run; tests give one that fails */
  constructor(
    count: number = Math.min(MAX_WORKERS, Math.max(2, availableParallelism() - 1)),
    // In a bundle, both are `.js`.
    entry: URL = new URL(`./disk-worker${extname(import.meta.url)}`, import.meta.url),
  ) {
    this.#count = count
    this.#entry = entry
  }

  /** Starts the threads, which takes two processors for 50 ms: to be called when a job is near and nobody waits, or by the first job. */
  prepare(): void {
    while (this.#workers.length < this.#count && !this.#isClosed) this.#workers.push(this.#start())
  }

  /** Rejects with the worker's AppError. The bytes of a `read` or `write` are shared: leave them alone until it is done. */
  async run<Job extends DiskJob>(job: Job): Promise<JobResults[Job['kind']]> {
    if (this.#isClosed) throw new AppError('transfer.stopped', { detail: 'the disk workers are closed' })
    return this.#post(this.#idlest(), job)
  }

  /**
   * Lets every worker close the files below these and forget what it knows of their folders: a person may move or
   * delete them from here on. Never rejects.
   */
  async release(under: readonly string[]): Promise<void> {
    if (this.#isClosed) return
    const running = this.#workers.filter((worker) => !worker.hasEnded)
    await Promise.allSettled(running.map((worker) => this.#post(worker, { kind: 'release', under })))
  }

  async #post<Job extends DiskJob>(worker: PoolWorker, job: Job): Promise<JobResults[Job['kind']]> {
    const id = this.#nextId++
    const request: JobRequest = { id, job }
    const reply = await new Promise<JobReply>((resolve) => {
      worker.pending.set(id, { resolve })
      worker.thread.postMessage(request)
    })
    if (!reply.isOk) throw new AppError(reply.code, { detail: reply.detail })
    // The worker answers a job with the result of its kind.
    return reply.value as JobResults[Job['kind']]
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await Promise.all(this.#workers.map(({ thread }) => thread.terminate()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A worker that has ended is replaced when its turn comes: what failed with it may be tried again. */
  #idlest(): PoolWorker {
    this.prepare()
    let index = 0
    this.#workers.forEach(({ pending }, i) => {
      if (pending.size < (this.#workers[index]?.pending.size ?? 0)) index = i
    })
    const worker = this.#workers[index]
    if (worker?.hasEnded === false) return worker
    return (this.#workers[index] = this.#start())
  }

  #start(): PoolWorker {
    const thread = new Worker(this.#entry)
    const pending = new Map<number, Pending>()
    const worker: PoolWorker = { thread, pending, hasEnded: false }
    thread.on('message', (reply: JobReply) => {
      pending.get(reply.id)?.resolve(reply)
      pending.delete(reply.id)
    })
    const end = (detail: string): void => {
      worker.hasEnded = true
      const code = this.#isClosed ? 'transfer.stopped' : 'internal'
      for (const [id, { resolve }] of pending) resolve({ id, isOk: false, code, detail })
      pending.clear()
    }
    thread.on('error', (error) => end(error instanceof Error ? error.message : 'a disk worker failed'))
    thread.on('exit', () => end('a disk worker ended'))
    return worker
  }
}

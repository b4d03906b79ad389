/** Worker threads for everything that touches the disk or hashes, so that the event loop never waits for either. */

import { availableParallelism } from 'node:os'
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
}

export class DiskPool implements AsyncDisposable {
  readonly #workers: PoolWorker[]
  #nextId = 1
  #isClosed = false

  constructor(count: number = Math.min(MAX_WORKERS, Math.max(2, availableParallelism() - 1))) {
    this.#workers = Array.from({ length: count }, () => this.#start())
  }

  /** Rejects with the worker's AppError. Buffers of a `write` are handed over: do not touch them afterwards. */
  async run<Job extends DiskJob>(job: Job): Promise<JobResults[Job['kind']]> {
    if (this.#isClosed) throw new AppError('transfer.stopped', { detail: 'the disk workers are closed' })
    let worker = this.#workers[0]
    for (const other of this.#workers)
      if (worker === undefined || other.pending.size < worker.pending.size) worker = other
    if (worker === undefined) throw new AppError('internal', { detail: 'no disk worker' })
    const id = this.#nextId++
    const request: JobRequest = { id, job }
    const reply = await new Promise<JobReply>((resolve) => {
      worker.pending.set(id, { resolve })
      worker.thread.postMessage(request, job.kind === 'write' ? [job.bytes.buffer] : [])
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

  #start(): PoolWorker {
    const thread = new Worker(new URL('./disk-worker.ts', import.meta.url))
    const pending = new Map<number, Pending>()
    thread.on('message', (reply: JobReply) => {
      pending.get(reply.id)?.resolve(reply)
      pending.delete(reply.id)
    })
    const fail = (detail: string): void => {
      for (const [id, { resolve }] of pending) resolve({ id, isOk: false, code: 'internal', detail })
      pending.clear()
    }
    thread.on('error', (error) => fail(error instanceof Error ? error.message : 'a disk worker failed'))
    thread.on('exit', () => {
      for (const [id, { resolve }] of pending) {
        resolve({
          id,
          isOk: false,
          code: this.#isClosed ? 'transfer.stopped' : 'internal',
          detail: 'a disk worker ended',
        })
      }
      pending.clear()
    })
    return { thread, pending }
  }
}

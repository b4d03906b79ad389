/** Every transfer that this device remembers, newest first: what ran is taken up again, and all of it can be told. */

import type { Topic } from '#shared/share/keys.ts'
import type { TransferId, TransferView } from '#shared/api/views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { pause } from '../coordinator-client/pause.ts'
import type { Engine, Transfer } from '../engine.ts'
import { planDownloads } from './download-queue.ts'
import type { EntryOptions } from './entry-options.ts'
import { TransferEntry } from './transfer-entry.ts'
import { isComplete } from './transfer-views.ts'
import { inTurn } from './waiting.ts'

/** Transfers that are taken up, or restarted, at the same time: each walks or checks files and opens sockets. */
const AT_ONCE = 4
/** How long one of them may hold its place in the line, milliseconds: a slow one must not keep the others waiting. */
const TURN_LIMIT_MS = 5000
/** Between two looks at whether it has settled. Milliseconds. */
const LOOK_AGAIN_MS = 100
/**
 * Transfers that are taken up after a restart: each holds a connection to a coordinator, which allows 256 to one
 * address. The others wait to be asked for.
 */
export const MAX_TAKEN_UP = 100
/** Finished ones among them: passing on is a favour to others, and a list of finished ones only grows. */
export const MAX_TAKEN_UP_FINISHED = 20
/** Between two notes of what runs: after a crash the list shows figures that old. Milliseconds. */
const REMEMBER_INTERVAL_MS = 10_000

export interface RegistryOptions extends Omit<EntryOptions, 'engine' | 'gone' | 'turned'> {
  /** Transfers received at a time; 0: no limit. */
  readonly downloadsAtOnce: number
  readonly engine: Pick<Engine, 'history' | 'resume' | 'remember' | 'forget' | 'setQueued'>
}

export class TransferRegistry {
  readonly #options: EntryOptions & RegistryOptions
  readonly #entries = new Map<TransferId, TransferEntry>()
  readonly #timer: NodeJS.Timeout
  readonly #closing = new AbortController()
  #downloadsAtOnce: number

  constructor(options: RegistryOptions) {
    this.#downloadsAtOnce = options.downloadsAtOnce
    this.#options = {
      ...options,
      gone: (id) => this.#entries.delete(id),
      turned: () => this.#plan(),
    }
    const running = { all: 0, finished: 0, downloads: 0 }
    for (const record of options.engine.history()) {
      const isToRun = record.isToRun && mayRun(record.view, running, this.#downloadsAtOnce)
      if (record.isToRun && !isToRun) {
        options.log('transfer.left-resting', { running: running.all })
        options.engine.remember(record.id, record.view, false)
      }
      this.#entries.set(record.id, new TransferEntry({ ...record, isToRun }, this.#options))
    }
    this.#plan()
    this.#timer = setInterval(() => {
      this.#remember()
      // One that found nobody for a while lets another one begin.
      this.#plan()
    }, REMEMBER_INTERVAL_MS)
    this.#timer.unref()
  }

  /** Those that are to run, a few at a time. Resolves when each had its turn. */
  async takeUp(): Promise<void> {
    const waiting = [...this.#entries.values()].filter((entry) => entry.isInLine)
    await inTurn(AT_ONCE, waiting, async (entry) => {
      if (this.#closing.signal.aborted || !entry.isInLine) return
      await entry.takeTurn()
      await this.#whenSettled(entry)
    })
  }

  /** With network settings that have changed. What is restarted is not lost, whatever goes wrong. */
  async restartAll(): Promise<void> {
    const running = [...this.#entries.values()].filter((entry) => entry.live !== undefined)
    await inTurn(AT_ONCE, running, async (entry) => {
      if (this.#closing.signal.aborted) return
      try {
        await entry.restart()
        await this.#whenSettled(entry)
      } catch (thrown) {
        this.#options.log('transfer.not-restarted', { code: toAppError(thrown).code })
      }
    })
  }

  /** Takes over a transfer that runs. */
  adopt(transfer: Transfer): TransferId {
    const view = transfer.view()
    const known = this.#entries.get(view.id)
    const fresh = { id: view.id, view, isToRun: false, queuedAtMs: Date.now(), isForced: false }
    const entry = known ?? new TransferEntry(fresh, this.#options)
    this.#entries.set(view.id, entry)
    entry.adopt(transfer)
    return view.id
  }

  /** @param atOnce 0: no limit */
  setDownloadsAtOnce(atOnce: number): void {
    if (atOnce === this.#downloadsAtOnce) return
    this.#downloadsAtOnce = atOnce
    this.#plan()
  }

  /** What the library says of it is different now. Throws AppError `transfer.unknown`. */
  renew(id: TransferId): void {
    const record = this.#options.engine.history().find((known) => known.id === id)
    if (record !== undefined) this.entry(id).renew(record.view)
  }

  /** Throws AppError `transfer.unknown`. */
  entry(id: TransferId): TransferEntry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new AppError('transfer.unknown')
    return entry
  }

  view(id: TransferId): TransferView | undefined {
    return this.#entries.get(id)?.view()
  }

  views(): TransferView[] {
    return [...this.#entries.values()]
      .map((entry) => entry.view())
      .sort((a, b) => b.addedAtMs - a.addedAtMs || b.id - a.id)
  }

  /** A transfer of the same share, the newest first. */
  idOf(topic: Topic): TransferId | null {
    let newest: TransferEntry | undefined
    for (const entry of this.#entries.values()) {
      if (entry.topic === topic && (newest === undefined || entry.addedAtMs > newest.addedAtMs))
        newest = entry
    }
    return newest?.id ?? null
  }

  /** Notes everything; begins nothing any more. The engine stops what runs. */
  close(): void {
    this.#closing.abort()
    clearInterval(this.#timer)
    for (const entry of this.#entries.values()) entry.close()
  }

  /** Who may run and who waits: looked at whenever that may be different. */
  #plan(): void {
    if (this.#closing.signal.aborted) return
    const nowMs = performance.now()
    const downloads = [...this.#entries.values()].flatMap((entry) => entry.queued(nowMs) ?? [])
    const { waiting } = planDownloads(downloads, this.#downloadsAtOnce)
    const positions = new Map(waiting.map((id, i) => [id, i + 1]))
    for (const { id } of downloads) this.#entries.get(id)?.assign(positions.get(id) ?? null)
  }

  #remember(): void {
    for (const entry of this.#entries.values()) if (entry.live !== undefined) entry.remember()
  }

  /** Walked or checked, and the coordinator asked; or so long that the next one may come. */
  async #whenSettled(entry: TransferEntry): Promise<void> {
    const closing = this.#closing.signal
    const isSettling = (): boolean => {
      const view = entry.live?.view()
      if (view === undefined || closing.aborted) return false
      return view.coordinator === 'connecting' || view.state === 'preparing' || view.state === 'checking'
    }
    for (let waitedMs = 0; waitedMs < TURN_LIMIT_MS && isSettling(); waitedMs += LOOK_AGAIN_MS) {
      await pause(LOOK_AGAIN_MS, closing)
    }
  }
}

/** Counts what is taken up, from the newest to the oldest. What only waits in the queue holds no connection. */
function mayRun(
  view: TransferView,
  running: { all: number; finished: number; downloads: number },
  downloadsAtOnce: number,
): boolean {
  const isFinished = view.role === 'get' && isComplete(view)
  const isDownload = view.role === 'get' && !isFinished
  if (isDownload && downloadsAtOnce > 0 && running.downloads >= downloadsAtOnce) return true
  if (running.all >= MAX_TAKEN_UP || (isFinished && running.finished >= MAX_TAKEN_UP_FINISHED)) return false
  running.all++
  if (isFinished) running.finished++
  if (isDownload) running.downloads++
  return true
}

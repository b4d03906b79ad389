/**
 * One transfer of the list, running or not. A person says what is wanted, as often and as quickly as they like; one
 * worker per transfer does it, one step after the other, so that a transfer never runs twice.
 */

import type { TransferId, TransferView } from '#shared/api/views.ts'
import type { Topic } from '#shared/share/keys.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { Transfer, TransferRecord } from '../engine.ts'
import { Chores } from './chores.ts'
import type { QueuedDownload } from './download-queue.ts'
import type { EntryOptions } from './entry-options.ts'
import { QueuePlace } from './queue-place.ts'
import { TransferNote } from './transfer-note.ts'
import { isPassing, viewAtRest, viewFailed, viewQueued, viewStarting } from './transfer-views.ts'
import { waitAtMost } from './waiting.ts'
import { watchLive } from './watch-live.ts'

/** How long a transfer may take to let go of its disk and its peers; the next step is then tried anyway. Milliseconds. */
const STOP_LIMIT_MS = 10_000

type Wish = 'run' | 'rest' | 'gone'

export class TransferEntry {
  readonly id: TransferId
  readonly #options: EntryOptions
  readonly #noted: TransferNote
  readonly #chores = new Chores()
  readonly #place: QueuePlace
  #resting: TransferView
  #live: Transfer | undefined
  /** The live one has failed: it must be let go before anything else. */
  #isDead = false
  #wish: Wish
  /** It is to run, and its turn has not come yet. */
  #isInLine: boolean
  /** It rests for a reason that may have passed at the next start. */
  #isToRetry = false
  #deletesPartial = false
  #failure: AppError | undefined
  #work: Promise<void> | undefined
  #isClosing = false
  /** The library may have no row for it any more. */
  #isForgetting = false

  /** A remembered one that is to run waits for `takeTurn`. */
  constructor(record: TransferRecord, options: EntryOptions) {
    const { id, view, isToRun } = record
    this.id = id
    this.#place = new QueuePlace(record, options)
    this.#options = options
    this.#resting = viewAtRest({ ...view, id })
    this.#wish = isToRun ? 'run' : 'rest'
    this.#isInLine = isToRun
    this.#noted = new TransferNote(id, isToRun, options)
  }

  get topic(): Topic {
    return this.#resting.topic
  }

  get addedAtMs(): number {
    return this.#resting.addedAtMs
  }

  get live(): Transfer | undefined {
    return this.#live
  }

  get isInLine(): boolean {
    return this.#isInLine
  }

  get isWanted(): boolean {
    return this.#wish === 'run'
  }

  /** What the next start shall do. */
  get #isToRun(): boolean {
    return this.isWanted || this.#isToRetry
  }

  view(): TransferView {
    const { position } = this.#place
    if (this.isWanted && position !== null) return viewQueued(this.#live?.view() ?? this.#resting, position)
    if (this.#live !== undefined) {
      const view = this.#live.view()
      return view.state === 'stopped' ? viewAtRest(view) : view
    }
    return this.#wish === 'run' ? viewStarting(this.#resting) : this.#resting
  }

  /** As the queue of downloads sees it; undefined where it is none that is to run. */
  queued(nowMs: number): QueuedDownload | undefined {
    if (!this.isWanted || this.#isDead || this.#resting.role !== 'get') return undefined
    const view = this.#live?.view() ?? this.#resting
    return view.finishedAtMs === null ? this.#place.look(view, nowMs) : undefined
  }

  /** What the queue has decided. @param position from 1; null: it need not wait */
  assign(position: number | null): void {
    if (!this.#place.assign(position)) return
    this.#options.changed(this.id)
    void this.#settle()
  }

  /** A transfer of this number that runs already. */
  adopt(live: Transfer): void {
    this.#wish = 'run'
    this.#isInLine = false
    this.#resting = viewAtRest(live.view())
    this.#attach(live)
    this.#place.enter(false)
    this.#options.turned()
  }

  takeTurn(): Promise<void> {
    this.#isInLine = false
    return this.#settle()
  }

  /** Throws AppError `transfer.unknown`. */
  async pause(): Promise<void> {
    this.#want('rest')
    await this.#settle()
  }

  /** Throws AppError: what keeps it from running; the same is in the view. @param isForced whatever the queue says */
  async resume(isForced = false): Promise<void> {
    this.#want('run', isForced)
    await this.#settle()
    if (!this.isWanted && this.#failure !== undefined) throw this.#failure
  }

  /** Throws AppError; then it stays, at rest. */
  async remove(deletesPartial: boolean): Promise<void> {
    this.#want('gone')
    this.#deletesPartial = deletesPartial
    await this.#settle()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Stops it if it runs, does the work, and takes it up again if it is still to run. Throws what the work throws. */
  async whileResting(work: () => void | Promise<void>): Promise<void> {
    if (this.#isClosing) throw new AppError('api.closed')
    if (this.#wish === 'gone') throw new AppError('transfer.unknown')
    await Promise.all([this.#chores.add(work), this.#settle()])
  }

  /** The library was changed under it, while it rests. */
  renew(view: TransferView): void {
    if (this.#live === undefined) this.#resting = viewAtRest(view)
    this.#options.changed(this.id)
    this.#options.turned()
  }

  /** With settings that have changed meanwhile. */
  async restart(): Promise<void> {
    if (this.#live !== undefined && this.isWanted) await this.whileResting(() => undefined)
  }

  /** Notes the view if there is something new in it. */
  remember(): void {
    if (!this.#isClosing && !this.#isForgetting) this.#noted.writeNew(viewAtRest(this.view()), this.#isToRun)
  }

  /** Nothing is begun any more. What runs is noted as to be taken up again; the engine stops it. */
  close(): void {
    if (this.#isClosing) return
    if (this.#live !== undefined || this.#noted.isToRun !== this.#isToRun) this.#note(viewAtRest(this.view()))
    this.#isClosing = true
    this.#chores.close()
  }

  #want(wish: Wish, isForced = false): void {
    if (this.#wish === 'gone') throw new AppError('transfer.unknown')
    this.#wish = wish
    this.#isInLine = false
    this.#isToRetry = false
    if (wish === 'run') this.#place.enter(isForced)
    else this.#place.leave()
    this.#options.changed(this.id)
    this.#options.turned()
  }

  /** Resolves when what is wanted is so, or cannot be. */
  #settle(): Promise<void> {
    this.#work ??= this.#workOn()
    return this.#work
  }

  async #workOn(): Promise<void> {
    // So that `#work` is set before it is unset.
    await Promise.resolve()
    // Looked for and, at the end, left without an await in between: a wish never comes too late to be seen.
    for (let step = this.#nextStep(); step !== undefined; step = this.#nextStep()) await step()
    this.#work = undefined
    if (this.#noted.isToRun !== this.#isToRun) this.#note(viewAtRest(this.view()))
  }

  /** Steps do not throw. */
  #nextStep(): (() => Promise<void>) | undefined {
    if (this.#isClosing) return undefined
    const live = this.#live
    if (live !== undefined) {
      return this.#isDead || this.#wish !== 'run' || this.#place.isHeld || !this.#chores.isEmpty
        ? () => this.#stop(live)
        : undefined
    }
    const chore = this.#chores.take()
    if (chore !== undefined) return chore
    if (this.#wish === 'gone') return () => this.#forget()
    return this.isWanted && !this.#isInLine && !this.#place.isHeld ? () => this.#start() : undefined
  }

  async #start(): Promise<void> {
    this.#failure = undefined
    try {
      await this.#options.prepare(this.#resting)
      const live = await this.#options.engine.resume(this.id)
      if (this.#live === undefined && !this.#isClosing) this.#attach(live)
      // The same share was accepted once more meanwhile, and that one runs.
      else if (this.#live !== live || this.#isClosing) await live.stop()
    } catch (thrown) {
      if (this.#live !== undefined || this.#isClosing) return
      this.#fail(toAppError(thrown))
    }
  }

  async #stop(live: Transfer): Promise<void> {
    await waitAtMost(STOP_LIMIT_MS, live.stop())
    if (this.#live !== live || this.#isClosing) return
    this.#resting = viewAtRest(live.view())
    this.#live = undefined
    this.#note(this.#resting)
  }

  async #forget(): Promise<void> {
    this.#failure = undefined
    this.#isForgetting = true
    try {
      await this.#options.engine.forget(this.id, this.#deletesPartial)
      // Nothing is done after it.
      this.#isClosing = true
      this.#options.gone(this.id)
    } catch (thrown) {
      this.#failure = toAppError(thrown)
      this.#wish = 'rest'
      this.#isForgetting = false
    }
    this.#options.changed(this.id)
  }

  #attach(live: Transfer): void {
    if (this.#live === live) return
    this.#live = live
    this.#isDead = false
    watchLive(live, {
      isWatched: () => this.#live === live && !this.#isClosing,
      changed: () => this.#options.changed(this.id),
      entered: (view) => {
        if (view.state !== 'stopped') this.#note(viewAtRest(view))
        this.#options.turned()
      },
      failed: (error) => {
        this.#failure = error
        this.#isDead = true
        this.#rest(error)
        void this.#settle()
      },
      // It has done what it was to do: as if the person had said so.
      reached: () => {
        if (this.isWanted) this.#wish = 'rest'
        void this.#settle()
      },
    })
  }

  #fail(error: AppError): void {
    this.#failure = error
    this.#resting = viewFailed(this.#resting, error)
    this.#rest(error)
    this.#note(this.#resting)
  }

  #rest(error: AppError): void {
    this.#options.log('transfer.rests', { code: error.code })
    if (this.#wish !== 'run') return
    this.#wish = 'rest'
    this.#isToRetry = isPassing(error)
    this.#place.leave()
    this.#options.turned()
  }

  #note(view: TransferView): void {
    if (this.#isClosing || this.#isForgetting) return
    this.#noted.write(view, this.#isToRun)
    this.#options.changed(this.id)
  }
}

/** What a sending and a receiving transfer have in common: state, listeners, the promise of an end. */

import type { LimitSettings } from '#shared/api/settings-views.ts'
import type { DetailsEvent, FolderView } from '#shared/api/transfer-views.ts'
import type {
  NoticeView,
  TransferId,
  TransferPriority,
  TransferState,
  TransferView,
} from '#shared/api/views.ts'
import { toAppError, type AppError } from '#shared/errors.ts'
import { printLink, type Link } from '#shared/share/link.ts'
import { topicOf, type Topic } from '#shared/share/keys.ts'
import type { FilePriority } from '#shared/swarm/urgency.ts'
import type { EngineParts } from './engine-settings.ts'
import type { Transfer } from './engine.ts'
import { linkReachOf } from './link-reach.ts'
import { Notices } from './notices.ts'
import { ShareSession } from './share-session.ts'
import { TransferDetails } from './transfer-details.ts'

/** Letters of a topic that name a share well enough for a person. */
export const SHORT_ID_LENGTH = 8

/** The part of a view that does not depend on the direction. */
type CommonView = Pick<
  TransferView,
  | 'id'
  | 'link'
  | 'linkReach'
  | 'topic'
  | 'state'
  | 'error'
  | 'coordinator'
  | 'peers'
  | 'notices'
  | 'receivedBytes'
  | 'sentBytes'
  | 'fetchedCount'
  | 'copies'
  | 'priority'
  | 'queuePosition'
  | 'downBytesPerSecond'
  | 'upBytesPerSecond'
>

export abstract class TransferBase implements Transfer {
  readonly link: string
  readonly topic: Topic
  readonly shortId: string
  protected readonly parts: EngineParts
  protected readonly session: ShareSession
  protected readonly notices = new Notices()
  protected readonly stopping = new AbortController()
  readonly #linkReach: TransferView['linkReach']
  readonly #details: TransferDetails
  readonly #listeners = new Set<() => void>()
  readonly #finished = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<void>()
  #priority: TransferPriority = 'normal'
  #state: TransferState
  #error: AppError | undefined
  #release: Promise<void> | undefined

  /** @param fetchedBefore devices that got everything in earlier runs */
  constructor(parts: EngineParts, link: Link, first: TransferState, fetchedBefore: number) {
    this.parts = parts
    this.link = printLink(link)
    this.topic = topicOf(link.publicKey)
    this.shortId = this.topic.slice(0, SHORT_ID_LENGTH)
    this.#linkReach = linkReachOf(link.coordinators)
    this.#state = first
    // Nobody may be waiting: a failure is also in the view.
    this.#finished.promise.catch(() => undefined)
    this.session = new ShareSession({
      keys: link,
      coordinators: link.coordinators,
      parts,
      events: {
        summary: (summary, box) => this.act(() => this.onSummary?.(summary, box)),
        manifest: (bytes) => this.act(() => this.onManifest?.(bytes)),
        written: () => this.onWritten?.(),
        done: () => this.act(() => this.onDone?.()),
        failed: (error) => this.fail(error),
        changed: () => this.changed(),
        notice: (notice) => this.notice(notice),
        withdrawn: () => this.onWithdrawn?.(),
      },
    })
    this.#details = new TransferDetails(this.session.swarm, fetchedBefore)
  }

  /** Undefined before it has a place in the library. */
  abstract get id(): TransferId | undefined
  protected onSummary?(summary: Parameters<ShareSession['swarm']['learnSummary']>[0], box: Uint8Array): void
  protected onManifest?(bytes: Uint8Array<ArrayBuffer>): void
  protected onDone?(): void | Promise<void>
  protected onWritten?(): void
  protected onWithdrawn?(): void
  /** Lets go of the disk. Called once, after the swarm is closed. */
  protected abstract letGo(): Promise<void>
  abstract view(): TransferView
  abstract folder(path: string): FolderView | undefined

  details(): DetailsEvent {
    return this.#details.view()
  }

  setPriorities(perFile: ReadonlyMap<number, FilePriority>): void {
    this.session.swarm.urgency.setPriorities(perFile)
  }

  setReadHead(byteOffset: number | undefined): void {
    this.session.swarm.urgency.setReadHead(byteOffset)
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  finished(): Promise<void> {
    return this.#finished.promise
  }

  /** Resolves when it is stopped or has failed, and has let go of everything. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  setLimits(limits: LimitSettings): void {
    this.session.setLimits(limits)
  }

  setPriority(priority: TransferPriority): void {
    this.#priority = priority
    this.session.setPriority(priority)
    this.changed()
  }

  async stop(): Promise<void> {
    if (this.#state !== 'failed') this.#state = 'stopped'
    await this.#end()
    this.#finished.resolve()
    this.changed()
  }

  protected get state(): TransferState {
    return this.#state
  }

  protected enter(state: TransferState): void {
    if (this.isOver) return
    this.#state = state
    this.changed()
  }

  /** Stopped or failed. */
  get isOver(): boolean {
    return this.#state === 'failed' || this.#state === 'stopped'
  }

  /** Why it failed; undefined while it has not. */
  protected get failure(): AppError | undefined {
    return this.#error
  }

  protected complete(): void {
    this.#finished.resolve()
  }

  protected fail(error: AppError): void {
    if (this.isOver) return
    this.#state = 'failed'
    this.#error = error
    this.parts.log('transfer.failed', { code: error.code })
    void this.#end().then(
      () => this.#finished.reject(error),
      () => this.#finished.reject(error),
    )
    this.changed()
  }

  protected notice(notice: NoticeView): void {
    this.notices.add(notice)
    this.changed()
  }

  protected changed(): void {
    this.#details.observe()
    for (const listener of this.#listeners) listener()
  }

  /** What goes wrong in answer to an event is the transfer's failure, and never lost. */
  protected act(work: () => void | Promise<void>): void {
    Promise.try(work).catch((error: unknown) => this.fail(toAppError(error)))
  }

  protected commonView(): CommonView {
    const error = this.#error
    const peers = this.session.peers()
    return {
      // The contract gives transfers of the library only, and all of those have an id.
      id: this.id ?? (0 as TransferId),
      link: this.link,
      linkReach: this.#linkReach,
      topic: this.topic,
      state: this.#state,
      error: error === undefined ? null : { code: error.code, detail: error.detail ?? null },
      coordinator: this.session.coordinatorState,
      peers,
      notices: this.notices.list(),
      receivedBytes: this.session.swarm.traffic.receivedBytes,
      sentBytes: this.session.swarm.traffic.sentBytes,
      fetchedCount: this.#details.fetchedCount,
      // Rounded down: 1 is said when it is so.
      copies: Math.floor((this.session.swarm.pieces?.copies ?? 0) * 100) / 100,
      priority: this.#priority,
      queuePosition: null,
      downBytesPerSecond: peers.reduce((sum, peer) => sum + peer.downBytesPerSecond, 0),
      upBytesPerSecond: peers.reduce((sum, peer) => sum + peer.upBytesPerSecond, 0),
    }
  }

  #end(): Promise<void> {
    this.#release ??= this.#letEverythingGo().finally(() => this.#ended.resolve())
    return this.#release
  }

  async #letEverythingGo(): Promise<void> {
    this.stopping.abort()
    this.#details.close()
    const isChanged = this.#error?.code === 'source.changed'
    try {
      await this.session.close(isChanged ? 'source-changed' : 'stopped')
    } finally {
      await this.letGo()
    }
  }
}

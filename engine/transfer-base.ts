/** What a sending and a receiving transfer have in common: state, listeners, the promise of an end. */

import type { TransferId, TransferState, TransferView } from '#shared/api/views.ts'
import { toAppError, type AppError } from '#shared/errors.ts'
import { printLink, type Link } from '#shared/share/link.ts'
import { topicOf, type Topic } from '#shared/share/keys.ts'
import type { EngineOptions, Transfer } from './engine.ts'
import type { Library } from './library/library.ts'
import { ShareSession } from './share-session.ts'
import type { DiskPool } from './store/disk-pool.ts'

/** What every transfer of an engine shares. */
export interface EngineParts {
  readonly options: EngineOptions
  readonly library: Library
  readonly pool: DiskPool
}

/** Letters of a topic that name a share well enough for a person. */
export const SHORT_ID_LENGTH = 8
/** Notices kept: a hostile swarm must not fill the screen. */
const MAX_NOTICES = 20

export abstract class TransferBase implements Transfer {
  readonly link: string
  readonly topic: Topic
  readonly shortId: string
  protected readonly parts: EngineParts
  protected readonly session: ShareSession
  protected readonly notices: string[] = []
  protected readonly stopping = new AbortController()
  readonly #listeners = new Set<() => void>()
  readonly #finished = Promise.withResolvers<void>()
  #state: TransferState
  #error: AppError | undefined
  #release: Promise<void> | undefined

  constructor(parts: EngineParts, link: Link, first: TransferState) {
    this.parts = parts
    this.link = printLink(link)
    this.topic = topicOf(link.publicKey)
    this.shortId = this.topic.slice(0, SHORT_ID_LENGTH)
    this.#state = first
    // Nobody may be waiting: a failure is also in the view.
    this.#finished.promise.catch(() => undefined)
    this.session = new ShareSession({
      keys: link,
      coordinators: link.coordinators,
      engine: parts.options,
      events: {
        summary: (summary, box) => this.act(() => this.onSummary?.(summary, box)),
        manifest: (bytes) => this.act(() => this.onManifest?.(bytes)),
        written: () => undefined,
        done: () => this.act(() => this.onDone?.()),
        failed: (error) => this.fail(error),
        changed: () => this.changed(),
        notice: (text) => this.notice(text),
        withdrawn: () => this.onWithdrawn?.(),
      },
    })
  }

  protected onSummary?(summary: Parameters<ShareSession['swarm']['learnSummary']>[0], box: Uint8Array): void
  protected onManifest?(bytes: Uint8Array<ArrayBuffer>): void
  protected onDone?(): void | Promise<void>
  protected onWithdrawn?(): void
  /** Lets go of the disk. Called once, after the swarm is closed. */
  protected abstract letGo(): Promise<void>
  abstract view(): TransferView

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  finished(): Promise<void> {
    return this.#finished.promise
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

  protected get isOver(): boolean {
    return this.#state === 'failed' || this.#state === 'stopped'
  }

  protected complete(): void {
    this.#finished.resolve()
  }

  protected fail(error: AppError): void {
    if (this.isOver) return
    this.#state = 'failed'
    this.#error = error
    this.parts.options.log?.('transfer.failed', { code: error.code })
    void this.#end().then(
      () => this.#finished.reject(error),
      () => this.#finished.reject(error),
    )
    this.changed()
  }

  protected notice(text: string): void {
    if (this.notices.length < MAX_NOTICES && !this.notices.includes(text)) this.notices.push(text)
    this.changed()
  }

  protected changed(): void {
    for (const listener of this.#listeners) listener()
  }

  /** What goes wrong in answer to an event is the transfer's failure, and never lost. */
  protected act(work: () => void | Promise<void>): void {
    Promise.try(work).catch((error: unknown) => this.fail(toAppError(error)))
  }

  /** The part of a view that does not depend on the direction. */
  protected baseView(
    id: TransferId,
  ): Pick<
    TransferView,
    | 'id'
    | 'topic'
    | 'state'
    | 'error'
    | 'coordinator'
    | 'peers'
    | 'notices'
    | 'receivedBytes'
    | 'sentBytes'
    | 'downBytesPerSecond'
    | 'upBytesPerSecond'
  > {
    const error = this.#error
    const peers = this.session.peers()
    return {
      id,
      topic: this.topic,
      state: this.#state,
      error: error === undefined ? null : { code: error.code, detail: error.detail ?? null },
      coordinator: this.session.coordinatorState,
      peers,
      notices: [...this.notices],
      receivedBytes: this.session.swarm.receivedBytes,
      sentBytes: this.session.swarm.sentBytes,
      downBytesPerSecond: peers.reduce((sum, peer) => sum + peer.downBytesPerSecond, 0),
      upBytesPerSecond: peers.reduce((sum, peer) => sum + peer.upBytesPerSecond, 0),
    }
  }

  #end(): Promise<void> {
    this.#release ??= this.#letEverythingGo()
    return this.#release
  }

  async #letEverythingGo(): Promise<void> {
    this.stopping.abort()
    const isChanged = this.#error?.code === 'source.changed'
    try {
      await this.session.close(isChanged ? 'source-changed' : 'stopped')
    } finally {
      await this.letGo()
    }
  }
}

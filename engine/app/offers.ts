/** Links that are being looked at: described, listed, and then accepted or declined. Writes nothing before that. */

import * as v from 'valibot'
import path from 'node:path'
import { OfferId, type FolderView, type OfferEvent, type Selection } from '#shared/api/transfer-views.ts'
import type { StreamItem } from '#shared/api/contract.ts'
import type { OfferView, TransferId } from '#shared/api/views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { pause } from '../coordinator-client/pause.ts'
import type { Engine, EngineOptions, IncomingTransfer } from '../engine.ts'
import { isEqualData } from './equal-data.ts'
import { SLICE_INTERVAL_MS } from './news.ts'
import type { TransferRegistry } from './transfer-registry.ts'
import { whenAborted } from './waiting.ts'

/**
 * How long an accept is waited for before the transfer goes on the list: what is refused at once (no space, no
 * permission) is told where the person still chooses; hashing what an earlier run left may take minutes. Milliseconds.
 */
const ACCEPT_PATIENCE_MS = 2000
/** Between two looks at whether the transfer has its number. Milliseconds. */
const LOOK_AGAIN_MS = 50

export interface OfferDeskOptions {
  readonly engine: Pick<Engine, 'open' | 'forget'>
  readonly registry: Pick<TransferRegistry, 'adopt' | 'idOf'>
  /** What a link offers has become known; told once per offer. */
  readonly described: (description: OfferView) => void
  readonly log: NonNullable<EngineOptions['log']>
}

export interface Acceptance {
  readonly offer: OfferId
  readonly destination: string
  readonly selection: Selection
}

/** How a transfer under an offer ended: it is on the list now, or it must be opened anew (an accept failed, the network's settings changed). */
type Outcome = 'taken' | 'failed' | 'left'

interface OpenOffer {
  readonly id: OfferId
  transfer: IncomingTransfer
  isAccepting: boolean
  isDescribed: boolean
  outcome: PromiseWithResolvers<Outcome>
}

export class OfferDesk {
  readonly #options: OfferDeskOptions
  readonly #offers = new Map<OfferId, OpenOffer>()
  #lastId = 0

  constructor(options: OfferDeskOptions) {
    this.#options = options
  }

  /**
   * Resolves when the offer was accepted. Throws AppError `link.*`, `share.not-found` …, or `transfer.stopped` when the
   * signal is aborted, which is to decline.
   */
  async open(
    link: string,
    signal: AbortSignal,
    emit: (item: StreamItem<'offer.open'>) => void,
  ): Promise<void> {
    const id = v.parse(OfferId, ++this.#lastId)
    const transfer = this.#options.engine.open(link)
    const offer: OpenOffer = {
      id,
      transfer,
      isAccepting: false,
      isDescribed: false,
      outcome: Promise.withResolvers(),
    }
    this.#offers.set(id, offer)
    try {
      // What a refused accept leaves is at its end: the person may choose another folder for the same offer.
      while ((await this.#show(offer, signal, emit)) === 'failed') {
        offer.outcome = Promise.withResolvers()
        offer.transfer = this.#options.engine.open(link)
        offer.isAccepting = false
      }
    } finally {
      this.#offers.delete(id)
    }
  }

  /** Answers when the list of files has come. Throws AppError. */
  async folder(id: OfferId, folder: string, signal: AbortSignal): Promise<FolderView> {
    const { transfer } = this.#find(id)
    await transfer.listed(signal)
    const view = transfer.folder(folder)
    if (view === undefined) throw new AppError('transfer.unknown')
    return view
  }

  /** Throws AppError; the offer then stays open. */
  async accept({ offer: id, destination, selection }: Acceptance, signal: AbortSignal): Promise<TransferId> {
    if (!path.isAbsolute(destination) || destination.includes('\0')) {
      throw new AppError('settings.bad-value', { detail: 'destination: not absolute' })
    }
    const offer = this.#find(id)
    if (offer.isAccepting) throw new AppError('transfer.running')
    offer.isAccepting = true
    const { transfer, outcome } = offer
    const sinceMs = Date.now()
    try {
      const taken = await this.#take(transfer, { destination, selection }, signal)
      outcome.resolve('taken')
      return taken
    } catch (thrown) {
      const error = toAppError(thrown)
      await this.#undo(transfer, sinceMs)
      outcome.resolve('failed')
      throw error
    }
  }

  /** The network's settings have changed: what is looked at is looked at anew, so that `relay` holds for it too. */
  renewAll(): void {
    for (const offer of this.#offers.values()) if (!offer.isAccepting) offer.outcome.resolve('failed')
  }

  #find(id: OfferId): OpenOffer {
    const offer = this.#offers.get(id)
    if (offer === undefined) throw new AppError('transfer.unknown')
    return offer
  }

  /** Tells what becomes known of it until it is accepted. Stops it unless it was. */
  async #show(
    offer: OpenOffer,
    signal: AbortSignal,
    emit: (item: StreamItem<'offer.open'>) => void,
  ): Promise<Outcome> {
    const { transfer, outcome } = offer
    const over = new AbortController()
    const ended = AbortSignal.any([signal, over.signal])
    const teller = new OfferTeller(offer.id, transfer, this.#options.registry, emit)
    const look = async (): Promise<never> => {
      const description = await transfer.offer(ended)
      teller.describe(description)
      if (!offer.isDescribed) this.#options.described(description)
      offer.isDescribed = true
      await transfer.listed(ended)
      teller.list()
      return new Promise(() => undefined)
    }
    // An accept ends what is looked at here: how that ends is the accept's to tell.
    const looked = look().catch((thrown: unknown) => {
      if (offer.isAccepting || signal.aborted) return outcome.promise
      throw thrown
    })
    const left = whenAborted(signal).then((): Outcome => 'left')
    try {
      const end = await Promise.race([outcome.promise, looked, left])
      if (end === 'left') throw new AppError('transfer.stopped')
      return end
    } finally {
      over.abort()
      teller.close()
      if (!offer.isAccepting) await transfer.stop()
    }
  }

  /** Until it has a number and nothing is refused any more at once. */
  async #take(
    transfer: IncomingTransfer,
    options: { readonly destination: string; readonly selection: Selection },
    signal: AbortSignal,
  ): Promise<TransferId> {
    // From when it is on the list, this call is not what stops it.
    const consent = new AbortController()
    const withdraw = (): void => consent.abort()
    if (signal.aborted) withdraw()
    signal.addEventListener('abort', withdraw, { once: true })
    try {
      const accepted = transfer.accept(options, consent.signal)
      accepted.catch(() => undefined) // told by the race, or by the view of the transfer on the list
      await Promise.race([accepted, this.#patience(transfer, consent.signal)])
      consent.signal.throwIfAborted()
      return this.#options.registry.adopt(transfer)
    } catch (thrown) {
      throw consent.signal.aborted ? new AppError('transfer.stopped') : thrown
    } finally {
      signal.removeEventListener('abort', withdraw)
    }
  }

  async #patience(transfer: IncomingTransfer, signal: AbortSignal): Promise<void> {
    await pause(ACCEPT_PATIENCE_MS, signal)
    while (transfer.view().id === 0 && !signal.aborted) await pause(LOOK_AGAIN_MS, signal)
  }

  /** What was begun for an accept that has failed, unless it was begun before: by this program or another one. */
  async #undo(transfer: IncomingTransfer, sinceMs: number): Promise<void> {
    try {
      const { id, addedAtMs } = transfer.view()
      await transfer.stop()
      if (id !== 0 && addedAtMs >= sinceMs) await this.#options.engine.forget(id, true)
    } catch (thrown) {
      this.#options.log('offer.not-undone', { code: toAppError(thrown).code })
    }
  }
}

/** Puts together what one offer's stream tells, and tells it when it is different: four times a second at most. */
class OfferTeller {
  readonly #emit: (item: StreamItem<'offer.open'>) => void
  readonly #look: () => Pick<OfferEvent, 'offer' | 'coordinator' | 'peerCount' | 'existing'>
  readonly #unsubscribe: () => void
  #timer: NodeJS.Timeout | undefined
  #state: OfferEvent['state'] = 'looking'
  #description: OfferEvent['description'] = null
  #told: OfferEvent | undefined

  constructor(
    offer: OfferId,
    transfer: IncomingTransfer,
    registry: Pick<TransferRegistry, 'idOf'>,
    emit: (item: StreamItem<'offer.open'>) => void,
  ) {
    this.#emit = emit
    this.#look = () => {
      const { topic, coordinator, peers } = transfer.view()
      const peerCount = peers.filter((peer) => peer.state === 'connected').length
      return { offer, coordinator, peerCount, existing: registry.idOf(topic) }
    }
    this.#unsubscribe = transfer.onChange(() => {
      this.#timer ??= setTimeout(() => this.#tell(), SLICE_INTERVAL_MS)
    })
    this.#tell()
  }

  describe(description: NonNullable<OfferEvent['description']>): void {
    this.#state = 'offered'
    this.#description = description
    this.#tell()
  }

  list(): void {
    this.#state = 'listed'
    this.#tell()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#unsubscribe()
    this.#told = undefined
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const event: OfferEvent = { ...this.#look(), state: this.#state, description: this.#description }
    if (isEqualData(event, this.#told)) return
    this.#told = event
    this.#emit(event)
  }
}

/** Puts the engine together and takes it apart. */

import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { AppError } from '#shared/errors.ts'
import { createShareKeys, topicOf, type OwnerKeys } from '#shared/share/keys.ts'
import { parseLink } from '#shared/share/link.ts'
import { allClosed } from './connect/native-life.ts'
import type { Engine, EngineOptions, IncomingTransfer, SavedShare, SendOptions, Transfer } from './engine.ts'
import { Incoming } from './incoming.ts'
import { Library } from './library/library.ts'
import { OutgoingTransfer, titleOf } from './outgoing.ts'
import { readError } from './store/disk-error.ts'
import { DiskPool } from './store/disk-pool.ts'
import { SHORT_ID_LENGTH, type EngineParts } from './transfer-base.ts'

/** How long native connections may take to close, milliseconds. */
const CLOSE_LIMIT_MS = 1000

const Paths = v.pipe(v.string(), v.parseJson(), v.array(v.string()))

export async function openEngine(options: EngineOptions): Promise<Engine> {
  await using started = new AsyncDisposableStack()
  const library = started.adopt(new Library(options.dataDir), (opened) => opened.close())
  const pool = started.use(new DiskPool())
  return new RunningEngine({ options, library, pool }, started.move())
}

class RunningEngine implements Engine {
  readonly #parts: EngineParts
  readonly #resources: AsyncDisposableStack
  readonly #transfers = new Set<Transfer>()
  #closing: Promise<void> | undefined

  constructor(parts: EngineParts, resources: AsyncDisposableStack) {
    this.#parts = parts
    this.#resources = resources
  }

  async send({ paths, coordinators }: SendOptions): Promise<Transfer> {
    const absolute = paths.map((path) => resolve(path))
    await Promise.all(absolute.map(checkReadable))
    const keys = createShareKeys()
    const topic = topicOf(keys.publicKey)
    const createdAtMs = Date.now()
    const { library } = this.#parts
    library.addShare({ topic, ...keys, coordinators, createdAtMs })
    library.setTitle(topic, titleOf(absolute))
    return this.#startSend(keys, absolute, coordinators, createdAtMs, undefined)
  }

  async resumeSend(shortId: string): Promise<Transfer> {
    const hits = this.#parts.library.sends().filter(({ share }) => share.topic.startsWith(shortId))
    const [hit] = hits
    if (shortId.length < 4 || hit === undefined || hits.length > 1 || hit.share.private_key === null) {
      throw new AppError('share.unknown', { detail: shortId })
    }
    const { share, transfer } = hit
    const paths = v.parse(Paths, transfer.place)
    await Promise.all(paths.map(checkReadable))
    const keys: OwnerKeys = {
      publicKey: share.public_key,
      secret: share.secret,
      privateKey: hit.share.private_key,
    }
    const saved =
      share.summary === null || share.manifest === null
        ? undefined
        : { summary: share.summary, manifest: share.manifest }
    return this.#startSend(keys, paths, share.coordinators, share.created_at_ms, saved)
  }

  savedShares(): SavedShare[] {
    return this.#parts.library.sends().map(({ share, transfer }) => ({
      shortId: share.topic.slice(0, SHORT_ID_LENGTH),
      title: share.title,
      createdAtMs: share.created_at_ms,
      paths: v.parse(Paths, transfer.place),
      coordinators: share.coordinators,
    }))
  }

  open(link: string): IncomingTransfer {
    return this.#keep(new Incoming(this.#parts, parseLink(link)))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #startSend(
    keys: OwnerKeys,
    paths: readonly string[],
    coordinators: SendOptions['coordinators'],
    createdAtMs: number,
    saved: { readonly summary: Uint8Array; readonly manifest: Uint8Array } | undefined,
  ): Transfer {
    const { id } = this.#parts.library.transfer(topicOf(keys.publicKey), 'send', JSON.stringify(paths))
    const link = { publicKey: keys.publicKey, secret: keys.secret, coordinators }
    return this.#keep(
      new OutgoingTransfer(this.#parts, { id, link, privateKey: keys.privateKey, paths, createdAtMs, saved }),
    )
  }

  #keep<Kept extends Transfer>(transfer: Kept): Kept {
    this.#transfers.add(transfer)
    return transfer
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#transfers].map((transfer) => transfer.stop()))
    await allClosed(CLOSE_LIMIT_MS)
    await this.#resources.disposeAsync()
  }
}

/** A wrong path is told before there is a link. */
async function checkReadable(path: string): Promise<void> {
  try {
    await stat(path)
  } catch (cause) {
    const error = readError(cause, path)
    throw error.code === 'source.changed' ? new AppError('source.not-found', { detail: path, cause }) : error
  }
}

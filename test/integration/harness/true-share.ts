/**
 * A share whose owner comes and goes: its link, keys, list of files and pieces are known, so that a hostile peer has
 * everything that the holder of a link could ever have, and the owner's key besides.
 */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator } from '#coordinator/server.ts'
import type { Engine, Transfer } from '#engine/engine.ts'
import { Library } from '#engine/library/library.ts'
import { openEngine } from '#engine/open-engine.ts'
import { concatBytes, type Bytes } from '#shared/encoding/bytes.ts'
import { topicOf } from '#shared/share/keys.ts'
import { parseLink } from '#shared/share/link.ts'
import { filesOf } from '#shared/share/manifest.ts'
import { decodeManifest } from '#shared/share/manifest-codec.ts'
import { PieceLayout, pieceBytesFor } from '#shared/share/piece-layout.ts'
import { pieceRecordMessage, type PieceRecord } from '#shared/share/piece-record.ts'
import { sign } from '#shared/share/signing.ts'
import { eventually, within } from './eventually.ts'

export class TrueShare implements AsyncDisposable {
  readonly link: string
  readonly layout: PieceLayout
  readonly manifestBytes: Bytes
  readonly #engine: Engine
  readonly #shortId: string
  readonly #content: Bytes
  readonly #privateKey: Bytes
  readonly #resources: AsyncDisposableStack

  private constructor(parts: {
    link: string
    shortId: string
    engine: Engine
    manifestBytes: Bytes
    privateKey: Bytes
    folder: string
    resources: AsyncDisposableStack
  }) {
    this.link = parts.link
    this.#shortId = parts.shortId
    this.#engine = parts.engine
    this.manifestBytes = parts.manifestBytes
    this.#privateKey = parts.privateKey
    this.#resources = parts.resources
    const files = filesOf(decodeManifest(parts.manifestBytes))
    this.#content = concatBytes(...files.map((file) => readFileSync(path.join(parts.folder, file.path))))
    this.layout = new PieceLayout(
      files.map((file) => file.sizeBytes),
      pieceBytesFor(this.#content.length),
    )
  }

  /**
   * Shares a folder at a coordinator of its own. The owner is away until `serve`; the description is at the
   * coordinator.
   *
   * @param home data folder of the owner
   */
  static async create(folder: string, home: string): Promise<TrueShare> {
    await using resources = new AsyncDisposableStack()
    const store = new MemorySummaryStore()
    const coordinator = resources.use(await startCoordinator({ host: '127.0.0.1', port: 0, store }))
    const engine = resources.use(
      await openEngine({
        dataDir: home,
        deviceName: 'owner',
        network: { iceServers: [], routePolicy: 'automatic', bindAddress: '127.0.0.1' },
      }),
    )
    const coordinators = [{ host: `127.0.0.1:${coordinator.port}`, isTls: false }] as const
    const transfer = await engine.send({ paths: [folder], coordinators })
    const topic = topicOf(parseLink(transfer.link).publicKey)
    using library = new DisposableLibrary(home)
    const row = await eventually('the list of files', () => {
      const share = library.opened.share(topic)
      const manifestBytes = share?.manifest ?? undefined
      const privateKey = share?.private_key ?? undefined
      return manifestBytes === undefined || privateKey === undefined
        ? undefined
        : { manifestBytes, privateKey }
    })
    await eventually('the description at the coordinator', () => store.get(topic, Date.now()))
    await transfer.stop()
    const { link, shortId } = transfer
    const base = path.dirname(folder)
    return new TrueShare({ link, shortId, engine, ...row, folder: base, resources: resources.move() })
  }

  /** The owner comes online. `stop` the transfer to send it away again. */
  async serve(): Promise<Transfer> {
    const transfer = await this.#engine.resumeSend(this.#shortId)
    await eventually('the owner to serve', () => {
      const { state, coordinator } = transfer.view()
      return state === 'seeding' && coordinator === 'online'
    })
    return transfer
  }

  piece(index: number): Bytes {
    const start = index * this.layout.pieceBytes
    return this.#content.subarray(start, start + this.layout.bytesOf(index))
  }

  record(index: number): PieceRecord {
    return this.sign(index, this.piece(index))
  }

  /** By the owner's key. */
  sign(index: number, bytes: Uint8Array): PieceRecord {
    const hash = new Uint8Array(createHash('sha256').update(bytes).digest())
    return { index, hash, signature: sign(pieceRecordMessage(index, hash), this.#privateKey) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await within('the end of the owner', this.#resources.disposeAsync(), 20_000)
  }
}

class DisposableLibrary implements Disposable {
  readonly opened: Library

  constructor(home: string) {
    this.opened = new Library(home)
  }

  [Symbol.dispose](): void {
    this.opened.close()
  }
}

/** Everything that the holder of a link could ever have of a share, and its owner's key besides. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Library } from '#engine/library/library.ts'
import { concatBytes, type Bytes } from '#shared/encoding/bytes.ts'
import { topicOf } from '#shared/share/keys.ts'
import { parseLink } from '#shared/share/link.ts'
import { filesOf } from '#shared/share/manifest.ts'
import { decodeManifest } from '#shared/share/manifest-codec.ts'
import { PieceLayout, pieceBytesFor } from '#shared/share/piece-layout.ts'
import { pieceRecordMessage, type PieceRecord } from '#shared/share/piece-record.ts'
import { curves } from '#shared/share/curves.ts'
import { eventually } from './eventually.ts'

export interface ShareKnowledge {
  readonly link: string
  readonly manifestBytes: Bytes
  readonly privateKey: Bytes
  /** In which the shared names stand. */
  readonly base: string
}

export class KnownShare {
  readonly link: string
  readonly layout: PieceLayout
  readonly manifestBytes: Bytes
  readonly #content: Bytes
  readonly #privateKey: Bytes

  constructor({ link, manifestBytes, privateKey, base }: ShareKnowledge) {
    this.link = link
    this.manifestBytes = manifestBytes
    this.#privateKey = privateKey
    const files = filesOf(decodeManifest(manifestBytes))
    this.#content = concatBytes(...files.map((file) => readFileSync(path.join(base, file.path))))
    this.layout = new PieceLayout(
      files.map((file) => file.sizeBytes),
      pieceBytesFor(this.#content.length),
    )
  }

  /**
   * Looks into the owner's library, where the list of files appears some time after the link.
   * @param home data folder of the owner
   */
  static async look(link: string, home: string, base: string): Promise<ShareKnowledge> {
    const topic = topicOf(parseLink(link).publicKey)
    using library = new DisposableLibrary(home)
    return await eventually('the list of files', () => {
      const share = library.opened.share(topic)
      const manifestBytes = share?.manifest ?? undefined
      const privateKey = share?.private_key ?? undefined
      return manifestBytes === undefined || privateKey === undefined
        ? undefined
        : { link, base, manifestBytes, privateKey }
    })
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
    return { index, hash, signature: curves().sign(pieceRecordMessage(index, hash), this.#privateKey) }
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

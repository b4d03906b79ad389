/** Piece records: what makes a piece's bytes provably the owner's. Pure. */

import { concatBytes, utf8, type Bytes } from '../encoding/bytes.ts'

/** Bytes of a SHA-256. */
export const HASH_BYTES = 32
const LABEL = utf8('beeline/v1/piece\n')

export interface PieceRecord {
  /** Index of the piece in its share. */
  readonly index: number
  /** SHA-256 of the piece. */
  readonly hash: Bytes
  /** Ed25519 by the share key over `pieceRecordMessage`. */
  readonly signature: Bytes
}

/** What is signed. The share needs no mention: its key signs nothing else. */
export function pieceRecordMessage(index: number, hash: Uint8Array): Bytes {
  const position = new Uint8Array(4)
  new DataView(position.buffer).setUint32(0, index)
  return concatBytes(LABEL, position, hash)
}

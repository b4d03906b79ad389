/** A set of piece indexes. Most significant bit first within a byte, as BitTorrent writes them (BEP 3). Pure. */

import { AppError } from '../errors.ts'

export class Bitfield {
  readonly length: number
  readonly #bits: Uint8Array
  #count = 0

  constructor(length: number) {
    this.length = length
    this.#bits = new Uint8Array(Math.ceil(length / 8))
  }

  /** Throws AppError `peer.protocol` on a wrong length or stray bits behind the end. */
  static parse(bytes: Uint8Array, length: number): Bitfield {
    const field = new Bitfield(length)
    if (bytes.length !== field.#bits.length)
      throw new AppError('peer.protocol', { detail: 'bitfield of a wrong length' })
    field.#bits.set(bytes)
    for (let i = length; i < bytes.length * 8; i++) {
      if (field.has(i)) throw new AppError('peer.protocol', { detail: 'bitfield with stray bits' })
    }
    for (let i = 0; i < length; i++) if (field.has(i)) field.#count++
    return field
  }

  static full(length: number): Bitfield {
    const field = new Bitfield(length)
    for (let i = 0; i < length; i++) field.add(i)
    return field
  }

  /** How many are in the set. */
  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.length
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
  }

  /** False when it was there already. */
  add(index: number): boolean {
    if (index >= this.length || this.has(index)) return false
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
    this.#count++
    return true
  }

  delete(index: number): boolean {
    if (!this.has(index)) return false
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) & ~(0x80 >> (index & 7))
    this.#count--
    return true
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bits.slice()
  }
}

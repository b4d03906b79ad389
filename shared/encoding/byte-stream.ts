/** Writing and reading compact binary forms: varints (LEB128, minimal) and byte strings. Pure. */

import type { Bytes } from './bytes.ts'

/** Appends to one growing buffer. */
export class ByteWriter {
  #buffer: Bytes = new Uint8Array(4096)
  #length = 0

  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  /** @param value an integer of 0 to 2^53 − 1 */
  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#buffer[this.#length++] = rest
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  finish(): Bytes {
    return this.#buffer.slice(0, this.#length)
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + count))
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
  }
}

/** Reads what ByteWriter wrote. Every method throws RangeError on truncated or non-minimal input. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.#offset]
    if (value === undefined) throw new RangeError('truncated')
    this.#offset++
    return value
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < 8; count++) {
      const next = this.byte()
      value += (next & 0x7f) * scale
      if (next < 0x80) {
        // One number has one form, or two manifests could differ in bytes and mean the same.
        if (next === 0 && count > 0) throw new RangeError('varint is not minimal')
        if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('varint is too large')
        return value
      }
      scale *= 0x80
    }
    throw new RangeError('varint is too long')
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#offset) throw new RangeError('truncated')
    const view = this.#bytes.subarray(this.#offset, this.#offset + length)
    this.#offset += length
    return view
  }
}

/**
 * Piece buffers, shared with the disk workers and used again and again. Fresh memory must be mapped and cleared by the
 * system page by page, which cost more than hashing in measurements; handing plain buffers from thread to thread counts
 * as new memory each time and sets off the garbage collector.
 */

/** Buffers kept for later use, bytes. What is in use is bounded by its users. */
const KEPT_BYTES = 16 * 1024 * 1024
const MIN_KEPT = 2

export class BufferPool {
  readonly #sizeBytes: number
  readonly #free: SharedArrayBuffer[] = []

  /** @param sizeBytes of every buffer: the piece length */
  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes
  }

  /** Contents are whatever they were: the taker overwrites all of it. */
  take(lengthBytes: number): Uint8Array {
    return new Uint8Array(this.#free.pop() ?? new SharedArrayBuffer(this.#sizeBytes), 0, lengthBytes)
  }

  /** The bytes must not be touched afterwards. */
  give({ buffer }: Uint8Array): void {
    const isRoom = this.#free.length < Math.max(MIN_KEPT, KEPT_BYTES / this.#sizeBytes)
    if (isRoom && buffer instanceof SharedArrayBuffer) this.#free.push(buffer)
  }
}

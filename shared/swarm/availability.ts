/**
 * How many others have each piece, and how many whole copies they have together. Every change costs the same, however many
 * pieces and peers there are: a share may have a million of them. Pure.
 */

export class Availability {
  /** How many connected peers have each piece. */
  readonly counts: Uint16Array
  /** Of pieces that so many peers have. */
  readonly #piecesWith: number[]
  /** The fewest peers that any piece is with. */
  #fewest = 0

  constructor(pieceCount: number) {
    this.counts = new Uint16Array(pieceCount)
    this.#piecesWith = [pieceCount]
  }

  add(piece: number): void {
    const before = this.counts[piece] ?? 0
    this.#move(piece, before, before + 1)
    if (before === this.#fewest && this.#piecesWith[before] === 0) this.#fewest++
  }

  delete(piece: number): void {
    const before = this.counts[piece] ?? 0
    if (before === 0) return
    this.#move(piece, before, before - 1)
    this.#fewest = Math.min(this.#fewest, before - 1)
  }

  /**
   * Whole copies among the others: 1 and more when every piece is with somebody, and behind the point the part of the
   * pieces that are with one more. As BitTorrent clients count "distributed copies". 0 for a share without pieces.
   */
  get copies(): number {
    const pieceCount = this.counts.length
    if (pieceCount === 0) return 0
    return this.#fewest + 1 - (this.#piecesWith[this.#fewest] ?? 0) / pieceCount
  }

  #move(piece: number, from: number, to: number): void {
    this.counts[piece] = to
    this.#piecesWith[from] = (this.#piecesWith[from] ?? 0) - 1
    this.#piecesWith[to] = (this.#piecesWith[to] ?? 0) + 1
  }
}

/**
 * Who is next among those who wait for the same thing: whoever has had the least of it for its weight. Start-time fair
 * queueing: Goyal, Vin and Cheng, "Start-time Fair Queueing", SIGCOMM 1996. Pure.
 */

export class FairOrder<Who extends object> {
  readonly #waiting = new Set<Who>()
  /** What each has had, in bytes over its weight: only differences mean anything. Kept for those who come back. */
  readonly #served = new WeakMap<Who, number>()
  readonly #weights = new WeakMap<Who, number>()
  /** What the one that was served last had had: who comes later has had no less, and catches up on nothing. */
  #floor = 0

  get size(): number {
    return this.#waiting.size
  }

  /** Nothing changes for one that waits already. */
  add(who: Who): void {
    if (this.#waiting.has(who)) return
    this.#waiting.add(who)
    this.#raise(who)
  }

  delete(who: Who): void {
    this.#waiting.delete(who)
  }

  has(who: Who): boolean {
    return this.#waiting.has(who)
  }

  /** @param weight above 0; 1 where nothing is said. One of twice the weight gets twice as much. */
  setWeight(who: Who, weight: number): void {
    this.#weights.set(who, weight)
  }

  /** Waits on, but others may go first: what it could not take meanwhile is no credit. */
  pass(who: Who): void {
    if (!this.#waiting.delete(who)) return
    this.#waiting.add(who)
    this.#raise(who)
  }

  /** Those who wait, the next first; among equals whoever has waited longer. */
  inOrder(): Who[] {
    return [...this.#waiting].toSorted((left, right) => this.servedOf(left) - this.servedOf(right))
  }

  servedOf(who: Who): number {
    return this.#served.get(who) ?? 0
  }

  charge(who: Who, bytes: number): void {
    const before = this.servedOf(who)
    this.#floor = Math.max(this.#floor, before)
    this.#served.set(who, before + bytes / this.#weightOf(who))
    // Among equals the others have waited longer now.
    if (this.#waiting.delete(who)) this.#waiting.add(who)
  }

  /** What was charged and did not come. */
  refund(who: Who, bytes: number): void {
    const before = this.servedOf(who)
    // Not below the floor: what was never charged would make it the first for long.
    const after = Math.max(this.#floor, before - bytes / this.#weightOf(who))
    this.#served.set(who, Math.min(before, after))
  }

  #raise(who: Who): void {
    this.#served.set(who, Math.max(this.#floor, this.servedOf(who)))
  }

  #weightOf(who: Who): number {
    return this.#weights.get(who) ?? 1
  }
}

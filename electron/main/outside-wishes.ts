/** Keeps what the system asks of us until there is somebody to do it, which at a cold start takes a while. Pure. */

import type { Wishes } from './arguments.ts'

export interface WishTaker {
  openLink(link: string): void
  openPaths(paths: readonly string[]): void
  show(): void
}

export class OutsideWishes {
  #taker: WishTaker | undefined
  readonly #waiting: Wishes[] = []

  add(wishes: Wishes): void {
    if (this.#taker === undefined) this.#waiting.push(wishes)
    else serve(this.#taker, wishes)
  }

  attach(taker: WishTaker): void {
    this.#taker = taker
    for (const wishes of this.#waiting.splice(0)) serve(taker, wishes)
  }
}

function serve(taker: WishTaker, { links, paths, isHidden }: Wishes): void {
  for (const link of links) taker.openLink(link)
  if (paths.length > 0) taker.openPaths(paths)
  if (!isHidden) taker.show()
}

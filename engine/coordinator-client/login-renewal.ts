/** Joins again before the TURN logins that came with a join expire: one timer per topic. */

import type { Topic } from '#shared/share/keys.ts'

/** Whatever a coordinator says, it is not asked more often. Milliseconds. */
const MIN_RENEWAL_MS = 60_000
/** The longest that a timer takes. Milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1

export class LoginRenewal {
  readonly #timers = new Map<Topic, NodeJS.Timeout>()

  /** In place of what was planned for the topic. @param lifeMs of the logins; undefined: they do not expire */
  plan(topic: Topic, lifeMs: number | undefined, renew: () => void): void {
    this.forget(topic)
    if (lifeMs === undefined) return
    const waitMs = Math.min(Math.max(lifeMs / 2, MIN_RENEWAL_MS), MAX_TIMER_MS)
    const timer = setTimeout(() => {
      this.#timers.delete(topic)
      renew()
    }, waitMs)
    timer.unref()
    this.#timers.set(topic, timer)
  }

  forget(topic: Topic): void {
    clearTimeout(this.#timers.get(topic))
    this.#timers.delete(topic)
  }
}

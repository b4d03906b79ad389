/** What a transfer has to tell that stops nothing: each kind once, and not without end. Pure. */

import type { NoticeView } from '#shared/api/views.ts'

/** Notices kept: a hostile swarm must not fill the screen. */
const MAX_NOTICES = 20

export class Notices {
  readonly #notices: NoticeView[] = []

  /** The same thing again is counted where the count says how often. */
  add(notice: NoticeView): void {
    const place = this.#notices.findIndex(({ code, text }) => code === notice.code && text === notice.text)
    const before = this.#notices[place]
    if (before !== undefined) {
      const count = notice.code === 'peer-banned' ? before.count + notice.count : notice.count
      this.#notices[place] = { ...notice, count }
    } else if (this.#notices.length < MAX_NOTICES) this.#notices.push(notice)
  }

  list(): NoticeView[] {
    return [...this.#notices]
  }
}

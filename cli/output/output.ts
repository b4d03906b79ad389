/** What a command says, in whichever manner it is said: to a terminal, as plain lines, or as JSON. */

import type { DoctorView } from '#shared/api/doctor-views.ts'
import type { OfferView, TransferView } from '#shared/api/views.ts'
import type { AppError } from '#shared/errors.ts'
import type { SavedShare } from '#engine/engine.ts'
import type { TransferResult } from '#cli/transfer-history.ts'

export interface LinkAnnouncement {
  readonly link: string
  readonly shortId: string
  readonly paths: readonly string[]
  /** The coordinator is this computer, so the link works as far as its network reaches. */
  readonly isLocal: boolean
}

export interface OfferAnnouncement {
  readonly offer: OfferView
  readonly destination: string
  /** Null when the disk does not tell. */
  readonly freeBytes: number | null
}

export interface Output {
  link(announcement: LinkAnnouncement): void
  /** A coordinator alone has begun to listen. */
  listening(urls: readonly string[]): void
  offer(announcement: OfferAnnouncement): void
  savedShares(shares: readonly SavedShare[]): void
  /** Given four times a second and at every change; decides itself what of it is news. */
  show(view: TransferView): void
  /** An examination of the network, given at every change; the last view has a verdict. */
  doctor(view: DoctorView): void
  /** Something a person should know and that stops nothing. */
  notice(text: string): void
  /** One line of what goes on inside. */
  log(line: string): void
  /** A `get` has everything; with `--seed` it goes on. */
  done(result: TransferResult): void
  /** Ended by the person before it was done, or a `send`. */
  stopped(result: TransferResult): void
  fail(error: AppError): void
  /** Gives the terminal back, for a question or at the end. Idempotent. */
  rest(): void
}

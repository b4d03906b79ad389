/** Speaks to a program: one JSON object per line. The events are documented in docs/cli.md. */

import type { SavedShare } from '#engine/engine.ts'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import type { TransferView } from '#shared/api/views.ts'
import type { AppError } from '#shared/errors.ts'
import type { OutputStream } from '#cli/command.ts'
import { printCoordinatorUrl } from '#engine/app/coordinator-url.ts'
import type { TransferResult } from '#cli/transfer-history.ts'
import { noticeSentence } from './notice-words.ts'
import type { LinkAnnouncement, OfferAnnouncement, Output } from './output.ts'

/** Every value of `event`; docs/cli.md lists the same. */
export const JSON_EVENTS = [
  'link',
  'listening',
  'offer',
  'share',
  'state',
  'progress',
  'notice',
  'finding',
  'doctor',
  'done',
  'stopped',
  'error',
] as const
type JsonEvent = (typeof JSON_EVENTS)[number]

export class JsonOutput implements Output {
  readonly #stdout: OutputStream
  readonly #stderr: OutputStream
  readonly #noticed = new Set<string>()
  /** Findings that were told. */
  readonly #found = new Set<string>()
  #lastState = ''
  #lastProgress = ''

  constructor(stdout: OutputStream, stderr: OutputStream) {
    this.#stdout = stdout
    this.#stderr = stderr
  }

  link(announcement: LinkAnnouncement): void {
    this.#emit('link', { ...announcement })
  }

  listening(urls: readonly string[]): void {
    this.#emit('listening', { urls })
  }

  offer(announcement: OfferAnnouncement): void {
    const { offer, destination, freeBytes } = announcement
    this.#emit('offer', { ...offer, destination, freeBytes })
  }

  savedShares(shares: readonly SavedShare[]): void {
    for (const share of shares) {
      this.#emit('share', { ...share, coordinators: share.coordinators.map(printCoordinatorUrl) })
    }
  }

  show(view: TransferView): void {
    for (const notice of view.notices) this.notice(noticeSentence(notice))
    const { state, coordinator, title } = view
    const stateText = JSON.stringify({ state, coordinator, title })
    if (stateText !== this.#lastState) this.#emit('state', { state, coordinator, title })
    this.#lastState = stateText
    const progress = JSON.stringify(view)
    if (progress !== this.#lastProgress) this.#emit('progress', { transfer: view })
    this.#lastProgress = progress
  }

  doctor(view: DoctorView): void {
    for (const finding of view.findings) {
      const text = JSON.stringify(finding)
      if (finding.outcome === 'running' || this.#found.has(text)) continue
      this.#found.add(text)
      this.#emit('finding', { ...finding })
    }
    if (view.verdict !== null) this.#emit('doctor', { ...view })
  }

  notice(text: string): void {
    if (this.#noticed.has(text)) return
    this.#noticed.add(text)
    this.#emit('notice', { text })
  }

  log(line: string): void {
    this.#stderr.write(`${line}\n`)
  }

  done(result: TransferResult): void {
    this.#emit('done', { ...result })
  }

  stopped(result: TransferResult): void {
    this.#emit('stopped', { ...result })
  }

  fail(error: AppError): void {
    this.#emit('error', { code: error.code, detail: error.detail ?? null, advice: error.advice })
  }

  rest(): void {}

  #emit(event: JsonEvent, fields: Readonly<Record<string, unknown>>): void {
    this.#stdout.write(`${JSON.stringify({ event, ...fields })}\n`)
  }
}

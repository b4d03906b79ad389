/** Speaks to a person at a terminal: lasting lines, and a live picture below them. */

import type { SavedShare } from '#engine/engine.ts'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import type { TransferView } from '#shared/api/views.ts'
import type { AppError } from '#shared/errors.ts'
import type { OutputStream } from '#cli/command.ts'
import { safeText, wrap } from '#cli/terminal-text.ts'
import type { TransferResult } from '#cli/transfer-history.ts'
import { conclusionLines, doctorPicture } from './doctor-picture.ts'
import { noticeSentence } from './notice-words.ts'
import type { LinkAnnouncement, OfferAnnouncement, Output } from './output.ts'
import { Screen } from './screen.ts'
import {
  errorLine,
  linkLines,
  listeningLines,
  offerLines,
  resultLines,
  savedShareLines,
} from './sentences.ts'
import type { Style } from './style.ts'
import { transferPicture, withSteadyCoordinator } from './transfer-picture.ts'

export class TerminalOutput implements Output {
  readonly #screen: Screen
  readonly #stderr: OutputStream
  readonly #style: Style
  readonly #noticed = new Set<string>()
  #view: TransferView | undefined
  /** An examination under way. */
  #doctor: DoctorView | undefined

  constructor(stdout: OutputStream, stderr: OutputStream, style: Style) {
    this.#screen = new Screen(stdout, () => this.#draw())
    this.#stderr = stderr
    this.#style = style
  }

  link(announcement: LinkAnnouncement): void {
    this.#screen.print(linkLines(announcement, this.#style))
  }

  listening(urls: readonly string[]): void {
    this.#screen.print(listeningLines(urls))
  }

  offer(announcement: OfferAnnouncement): void {
    this.rest()
    this.#printWrapped(offerLines(announcement, this.#screen.columns, this.#style))
  }

  savedShares(shares: readonly SavedShare[]): void {
    this.#screen.print(savedShareLines(shares))
  }

  show(view: TransferView): void {
    for (const notice of view.notices) this.notice(noticeSentence(notice))
    this.#view = withSteadyCoordinator(view, this.#view)
    this.#draw()
  }

  doctor(view: DoctorView): void {
    if (view.verdict === null) {
      this.#doctor = view
      this.#draw()
      return
    }
    this.rest()
    const width = this.#screen.columns - 1
    this.#screen.print([
      ...doctorPicture(view, width, this.#style),
      ...conclusionLines(view, width, this.#style),
    ])
  }

  notice(text: string): void {
    if (this.#noticed.has(text)) return
    this.#noticed.add(text)
    this.#printWrapped([this.#style.yellow(safeText(text))])
  }

  log(line: string): void {
    // Sent elsewhere it needs no place on the screen.
    if (this.#stderr.isTTY === true) this.#screen.print([this.#style.dim(line)])
    else this.#stderr.write(`${line}\n`)
  }

  done(result: TransferResult): void {
    this.rest()
    this.#printWrapped(resultLines(result, this.#style))
  }

  stopped(result: TransferResult): void {
    this.done(result)
  }

  fail(error: AppError): void {
    this.rest()
    const lines = wrap(errorLine(error, this.#style), this.#screen.columns)
    this.#stderr.write(lines.map((line) => `${line}\n`).join(''))
  }

  rest(): void {
    this.#view = undefined
    this.#doctor = undefined
    this.#screen.clear()
  }

  /** At words, not in their middle. Colours stand around whole sentences, so a broken one keeps them. */
  #printWrapped(lines: readonly string[]): void {
    const width = this.#screen.columns
    this.#screen.print(lines.flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, width))))
  }

  #draw(): void {
    if (this.#doctor !== undefined) {
      this.#screen.draw(doctorPicture(this.#doctor, this.#screen.columns - 1, this.#style))
      return
    }
    if (this.#view === undefined) return
    const { columns, rows } = this.#screen
    // The last column stays free: some terminals wrap as soon as it is filled.
    this.#screen.draw(transferPicture(this.#view, { width: columns - 1, height: rows - 1 }, this.#style))
  }
}

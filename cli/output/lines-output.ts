/** Speaks to a file or a pipe: a line when something changes, and now and then while bytes move. */

import type { SavedShare } from '#engine/engine.ts'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import type { TransferView } from '#shared/api/views.ts'
import type { AppError } from '#shared/errors.ts'
import type { OutputStream } from '#cli/command.ts'
import { connectionWords, peerName, relaySentence } from '#cli/route-words.ts'
import { safeText } from '#cli/terminal-text.ts'
import type { TransferResult } from '#cli/transfer-history.ts'
import { conclusionLines, findingLines } from './doctor-picture.ts'
import { noticeSentence } from './notice-words.ts'
import type { LinkAnnouncement, OfferAnnouncement, Output } from './output.ts'
import {
  errorLine,
  linkLines,
  listeningLines,
  offerLines,
  resultLines,
  savedShareLines,
} from './sentences.ts'
import { PLAIN_STYLE } from './style.ts'
import {
  coordinatorWords,
  leaveWords,
  stateWords,
  transferSentence,
  withSteadyCoordinator,
} from './transfer-picture.ts'

/** Between two lines while bytes move: a log stays readable, and a watcher sees that it lives. */
const LINE_INTERVAL_MS = 5000
/** Progress that is worth a line before its time. */
const LINE_STEP = 0.1
/** Of lines that list names; nobody turns a file sideways. */
const LINE_COLUMNS = 100

export class LinesOutput implements Output {
  readonly #stdout: OutputStream
  readonly #stderr: OutputStream
  readonly #now: () => number
  readonly #noticed = new Set<string>()
  /** What was last said of each peer. */
  readonly #peers = new Map<string, string>()
  /** Of an examination, told so far. */
  #foundCount = 0
  #view: TransferView | undefined
  #couldLeave = false
  #lastState = ''
  #lastSentence = ''
  #lastMs = -Infinity
  #lastFraction = 0

  /** @param now milliseconds of a clock that does not jump */
  constructor(stdout: OutputStream, stderr: OutputStream, now: () => number) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.#now = now
  }

  link(announcement: LinkAnnouncement): void {
    this.#print(linkLines(announcement, PLAIN_STYLE))
  }

  listening(urls: readonly string[]): void {
    this.#print(listeningLines(urls))
  }

  offer(announcement: OfferAnnouncement): void {
    this.#print(offerLines(announcement, LINE_COLUMNS, PLAIN_STYLE))
  }

  savedShares(shares: readonly SavedShare[]): void {
    this.#print(savedShareLines(shares))
  }

  show(current: TransferView): void {
    const view = withSteadyCoordinator(current, this.#view)
    this.#view = view
    for (const notice of view.notices) this.notice(noticeSentence(notice))
    // What is offered and how it ended have lines of their own.
    if (['offered', 'stopped', 'failed'].includes(view.state)) return
    this.#showPeers(view)
    this.#showLeave(view)
    if (view.role === 'get' && view.state === 'seeding' && view.sentBytes === 0) return
    const coordinator = coordinatorWords(view)
    const state = `${stateWords(view)}${coordinator ?? ''}`
    const fraction = view.totalBytes === 0 ? 0 : view.doneBytes / view.totalBytes
    const isDue = this.#now() - this.#lastMs >= LINE_INTERVAL_MS || fraction - this.#lastFraction >= LINE_STEP
    if (state === this.#lastState && !isDue) return
    const sentence = [transferSentence(view), coordinator].filter((part) => part !== undefined).join('. ')
    if (sentence !== this.#lastSentence) this.#print([sentence])
    this.#lastState = state
    this.#lastSentence = sentence
    this.#lastMs = this.#now()
    this.#lastFraction = fraction
  }

  /** In the order of the checks: each when those before it are over. */
  doctor(view: DoctorView): void {
    const running = view.findings.findIndex(({ outcome }) => outcome === 'running')
    const over = running < 0 ? view.findings : view.findings.slice(0, running)
    for (const finding of over.slice(this.#foundCount)) {
      this.#print(findingLines(finding, LINE_COLUMNS, PLAIN_STYLE))
    }
    this.#foundCount = Math.max(this.#foundCount, over.length)
    this.#print(conclusionLines(view, LINE_COLUMNS, PLAIN_STYLE))
  }

  notice(text: string): void {
    if (this.#noticed.has(text)) return
    this.#noticed.add(text)
    this.#print([safeText(text)])
  }

  log(line: string): void {
    this.#stderr.write(`${line}\n`)
  }

  done(result: TransferResult): void {
    this.#print(resultLines(result, PLAIN_STYLE))
  }

  stopped(result: TransferResult): void {
    this.#print(resultLines(result, PLAIN_STYLE))
  }

  fail(error: AppError): void {
    this.#stderr.write(`${errorLine(error, PLAIN_STYLE)}\n`)
  }

  rest(): void {}

  #showPeers(view: TransferView): void {
    for (const peer of view.peers) {
      if (peer.state === 'connecting') continue
      const why = relaySentence(peer)?.replace(/^relayed/, '') ?? ''
      const said = `${peerName(peer)}: ${connectionWords(peer)}${why}`
      if (this.#peers.get(peer.peer) === said) continue
      this.#peers.set(peer.peer, said)
      this.#print([said])
    }
    for (const [id, said] of this.#peers) {
      if (view.peers.some((peer) => peer.peer === id)) continue
      this.#peers.delete(id)
      this.#print([`${said.split(': ')[0] ?? ''}: left`])
    }
  }

  /** When it becomes so, and again when it was not so meanwhile. */
  #showLeave(view: TransferView): void {
    const words = leaveWords(view)
    if (words !== undefined && !this.#couldLeave) this.#print([words])
    this.#couldLeave = words !== undefined
  }

  #print(lines: readonly string[]): void {
    this.#stdout.write(lines.map((line) => `${line}\n`).join(''))
  }
}

/** Asks the coordinator again and again what a link offers, less and less often. */

import { toAppError } from '#shared/errors.ts'
import { pause } from './coordinator-client/pause.ts'
import type { EngineParts } from './engine-settings.ts'

/** Between two questions to the coordinator, at first and at most; doubled in between. Milliseconds. */
const ASK_AGAIN_MS = 250
const MAX_ASK_AGAIN_MS = 4000

/** Resolves when it is over. A coordinator that is away or lies is no reason to stop: a peer may still tell. */
export async function askForSummary(options: {
  isOver(): boolean
  /** Once. */
  ask(): Promise<void>
  readonly log: EngineParts['log']
  readonly signal: AbortSignal
}): Promise<void> {
  const { log, signal } = options
  for (let waitMs = ASK_AGAIN_MS; !options.isOver(); waitMs *= 2) {
    try {
      await options.ask()
    } catch (error) {
      log('summary.missing', { code: toAppError(error).code })
    }
    if (!options.isOver()) await pause(Math.min(waitMs, MAX_ASK_AGAIN_MS), signal)
  }
}

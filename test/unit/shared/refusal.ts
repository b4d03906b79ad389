/** What an action is refused with: tests compare code and detail at once. */

import { AppError } from '#shared/errors.ts'

export interface Refusal {
  readonly code: string
  readonly detail: string | undefined
}

/** Undefined when nothing is refused. Anything but an AppError goes through: it is a bug and fails the test. */
export function refusalOf(action: () => unknown): Refusal | undefined {
  try {
    action()
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    return { code: thrown.code, detail: thrown.detail }
  }
}

/** Whether what is chosen fits where it shall go. Pure. */

import type { CallOutput } from '#shared/api/contract.ts'

/** What is ticked; `isComplete`: no size is missing. */
export interface Wanted {
  readonly sizeBytes: number
  readonly fileCount: number
  readonly isComplete: boolean
}

export type Space = CallOutput<'host.space'>

export interface Room {
  readonly isEnough: boolean
  /** Null: nothing is wrong. */
  readonly problem: 'space' | 'permission' | null
}

/** @param space undefined while it is not known: then nobody is held up, since the engine checks again */
export function roomFor(wanted: Wanted, space: Space | undefined): Room {
  if (space === undefined) return { isEnough: true, problem: null }
  if (!space.isWritable) return { isEnough: false, problem: 'permission' }
  if (space.freeBytes !== null && space.freeBytes < wanted.sizeBytes) {
    return { isEnough: false, problem: 'space' }
  }
  return { isEnough: true, problem: null }
}

/**
 * What a person types over a value of the engine's. The engine answers late, and people are quick: an answer about
 * what was typed before does not overwrite what is typed now.
 */

import { useState } from 'react'

export interface Draft {
  readonly value: string
  /** There is something to tell the engine. */
  readonly isChanged: boolean
  readonly type: (value: string) => void
  /** It is being told to the engine: the next value of the engine's is the answer. */
  readonly told: (value: string) => void
  /** The engine has refused, and the text stays for correction; to tell it again is to ask again. */
  readonly refused: () => void
}

interface Held {
  /** The engine's value when this was last looked at. */
  readonly saved: string
  readonly value: string
  /** Last told to the engine, or told by it. */
  readonly settled: string
}

export function useDraft(saved: string): Draft {
  const [held, setHeld] = useState<Held>({ saved, value: saved, settled: saved })
  const now = held.saved === saved ? held : answered(held, saved)
  if (now !== held) setHeld(now)
  return {
    value: now.value,
    isChanged: now.value !== now.settled,
    type: (value) => setHeld((last) => ({ ...last, value })),
    told: (value) => setHeld((last) => ({ ...last, value, settled: value })),
    refused: () => setHeld((last) => ({ ...last, settled: last.saved })),
  }
}

/** Pure: what a field shows once the engine has told another value. */
export function answered(held: Held, saved: string): Held {
  return held.value === held.settled
    ? { saved, value: saved, settled: saved }
    : { ...held, saved, settled: saved }
}

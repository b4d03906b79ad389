/** The lines on which Beeline's speed is measured and compared. */

import type { LineSettings } from './line-settings.ts'

/** No profile depends on luck: the same packets are lost in every run. */
export const PROFILE_SEED = 20_261_121

export interface Profile {
  readonly name: string
  /** The same in both directions. */
  readonly line: LineSettings
}

export const PROFILES = {
  unshaped: profile('unshaped', { rateMbit: 0, roundTripMs: 0 }),
  metro: profile('100 Mbit, 50 ms', { rateMbit: 100, roundTripMs: 50 }),
  fiber: profile('500 Mbit, 50 ms', { rateMbit: 500, roundTripMs: 50 }),
  gigabit: profile('1 Gbit, 20 ms', { rateMbit: 1000, roundTripMs: 20 }),
  lossy: profile('100 Mbit, 50 ms, 0.5 % loss', { rateMbit: 100, roundTripMs: 50, lossShare: 0.005 }),
  far: profile('300 Mbit, 200 ms', { rateMbit: 300, roundTripMs: 200 }),
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof PROFILES

export function isProfileName(text: string): text is ProfileName {
  return Object.hasOwn(PROFILES, text)
}

/** The queue holds what one round trip carries: the classic rule for routers, and what one TCP flow needs. */
function profile(
  name: string,
  shape: { readonly rateMbit: number; readonly roundTripMs: number; readonly lossShare?: number },
): Profile {
  const { rateMbit, roundTripMs, lossShare = 0 } = shape
  const queueBytes = (rateMbit * 1e6 * roundTripMs) / 8000
  return { name, line: { rateMbit, delayMs: roundTripMs / 2, lossShare, queueBytes } }
}

/** Waits for whoever has called to show the token. */

import type { TlsLane } from './tls-lane.ts'
import { TLS_OPEN_MS } from './tls-settings.ts'

/** Rejects with AppError `peer.unreachable` when it is somebody else, when nothing comes, and at the signal. */
export async function greetStranger(lane: TlsLane, signal: AbortSignal): Promise<void> {
  const giveUp = (): void => lane.close()
  const timer = setTimeout(giveUp, TLS_OPEN_MS)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  try {
    await lane.proven
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

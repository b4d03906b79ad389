/** Whether a transfer needs this device any longer. Pure. */

import type { TransferView } from './views.ts'

/** Every piece is with one of the connected devices, some of which still lack something: they can finish by themselves. */
export function canLeave({ state, copies, peers }: TransferView): boolean {
  if (state !== 'seeding' || copies < 1) return false
  return peers.some((peer) => peer.state === 'connected' && peer.completeness < 1)
}

/** The parts of the window that are fetched after the first screen stands: test/e2e/budget.spec.ts counts both. */

import { deferred } from '../parts/deferred.tsx'

export const SettingsScreen = deferred(() =>
  import('./settings/settings-screen.tsx').then((part) => part.SettingsScreen),
)
export const TransferDetails = deferred(() =>
  import('./details/transfer-details.tsx').then((part) => part.TransferDetails),
)
export const QrCode = deferred(() => import('./transfers/qr-code.tsx').then((part) => part.QrCode))

/** Fetches all of them: from then on nothing depends on the server that the page came from. */
export function prepareParts(): void {
  for (const part of [TransferDetails, QrCode, SettingsScreen]) part.prepare()
}

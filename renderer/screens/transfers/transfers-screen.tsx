/** Everything that is coming and going. */

import type { ReactNode } from 'react'
import type { TransferId } from '#shared/api/views.ts'

interface TransfersScreenProps {
  readonly selected: TransferId | null
  readonly onSelect: (id: TransferId | null) => void
  /** A link or files from outside want to be seen: show this screen. */
  readonly onOpen: () => void
  readonly onSettings: () => void
}

export function TransfersScreen(_props: TransfersScreenProps): ReactNode {
  return <h1>Transfers</h1>
}

/** One transfer looked at closely. */

import type { ReactNode } from 'react'
import type { TransferId } from '#shared/api/views.ts'

interface TransferDetailsProps {
  readonly id: TransferId
  /** Back to the list, on a narrow window; closes the pane on a wide one. */
  readonly onClose: () => void
}

export function TransferDetails(_props: TransferDetailsProps): ReactNode {
  return null
}

/** A transfer's priority as a picture. */

import type { ReactNode } from 'react'
import { ChevronsDown, ChevronsUp, Equal } from 'lucide-react'
import type { TransferPriority } from '#shared/api/views.ts'

const ICONS = { high: ChevronsUp, normal: Equal, low: ChevronsDown } as const

export function PriorityIcon({ priority }: { readonly priority: TransferPriority }): ReactNode {
  const Icon = ICONS[priority]
  return <Icon aria-hidden="true" />
}

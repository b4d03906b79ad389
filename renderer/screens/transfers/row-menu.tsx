/** The menu of one row; a single one for the whole list. */

import { useRef, type ReactNode } from 'react'
import { PanelRight } from 'lucide-react'
import type { TransferId } from '#shared/api/views.ts'
import { Menu, type MenuAction } from '../../parts/menu.tsx'
import { useTransfer } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import type { TransferActions } from './use-transfer-actions.tsx'

interface RowMenuProps {
  readonly id: TransferId
  readonly anchor: HTMLElement
  readonly actions: TransferActions
  readonly onDetails: (id: TransferId) => void
  readonly onClose: () => void
}

export function RowMenu({ id, anchor, actions, onDetails, onClose }: RowMenuProps): ReactNode {
  const text = useText()
  const view = useTransfer(id)
  const trigger = useRef<HTMLElement>(anchor)
  if (view === undefined) return null
  const label = text.transfers.action.label(view.title)
  const items: readonly MenuAction[] = [
    {
      id: 'details',
      label: text.transfers.action.details,
      icon: <PanelRight aria-hidden="true" />,
      run: () => onDetails(id),
    },
    ...actions.menuFor(view),
  ]
  return <Menu label={label} actions={items} anchor={trigger} onClose={onClose} />
}

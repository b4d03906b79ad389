/** Asks before a transfer is taken off the list, and says what becomes of its files. */

import { useState, type ReactNode } from 'react'
import type { TransferView } from '#shared/api/views.ts'
import { Confirm } from '../../parts/dialog.tsx'
import { Checkbox } from '../../parts/fields.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { hasParts } from './transfer-abilities.ts'

interface RemoveDialogProps {
  readonly view: TransferView
  readonly onRemove: (deletePartial: boolean) => void
  readonly onClose: () => void
}

export function RemoveDialog({ view, onRemove, onClose }: RemoveDialogProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const [deletesParts, setDeletesParts] = useState(false)
  const words = text.transfers.removal
  const folder = view.destination ?? words.thatFolder
  const canDelete = hasParts(view)
  const fate =
    view.role === 'send'
      ? words.own
      : view.finishedAtMs !== null
        ? words.complete(folder)
        : canDelete
          ? words.partial(folder)
          : words.untouched
  return (
    <Confirm
      title={words.title(view.title)}
      confirm={text.common.remove}
      isDanger
      onConfirm={() => onRemove(canDelete && deletesParts)}
      onClose={onClose}
    >
      <p>{fate}</p>
      {canDelete ? (
        <Checkbox isSelected={deletesParts} onChange={setDeletesParts}>
          <span>
            {words.deleteParts} <span className="muted tabular">({format.bytes(view.doneBytes)})</span>
          </span>
        </Checkbox>
      ) : null}
    </Confirm>
  )
}

/** What of a download comes first: one file or folder by its priority, or all of it from the beginning on. */

import type { ReactNode } from 'react'
import type { TransferView } from '#shared/api/views.ts'
import type { ActiveEntry } from '../../parts/file-tree.tsx'
import { Select, Switch } from '../../parts/fields.tsx'
import { useToasts } from '../../parts/notes.tsx'
import { useChoice } from '../../parts/use-choice.ts'
import { useEngine } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'

const PRIORITIES = ['high', 'normal', 'low'] as const
type Shown = (typeof PRIORITIES)[number] | 'mixed'

interface FetchOrderBarProps {
  readonly view: TransferView
  /** Undefined while the tree is empty. */
  readonly active: ActiveEntry | undefined
  readonly onChanged: () => void
}

export function FetchOrderBar({ view, active, onChanged }: FetchOrderBarProps): ReactNode {
  const text = useText()
  const engine = useEngine()
  const words = text.details.chooser
  const [isInOrder, choose] = useChoice(view.isInOrder, (isOn) =>
    engine.call('transfer.inOrder', { id: view.id, isInOrder: isOn }),
  )
  return (
    <div className="files-order">
      {active === undefined ? null : <FilePriority view={view} active={active} onChanged={onChanged} />}
      <Switch label={words.inOrder} hint={words.inOrderHint} isSelected={isInOrder} onChange={choose} />
    </div>
  )
}

function FilePriority(props: FetchOrderBarProps & { readonly active: ActiveEntry }): ReactNode {
  const { view, active, onChanged } = props
  const text = useText()
  const engine = useEngine()
  const toasts = useToasts()
  const words = text.details.chooser
  const { path, entry } = active
  const shown: Shown = entry.priority ?? 'normal'
  const options: { value: Shown; label: string }[] = PRIORITIES.map((value) => ({
    value,
    label: text.details.options.priorities[value],
  }))
  return (
    <Select
      label={words.priorityOf(entry.name)}
      value={shown}
      options={shown === 'mixed' ? [...options, { value: 'mixed', label: words.mixed }] : options}
      onChange={(priority) => {
        if (priority === 'mixed') return
        engine.call('transfer.preferFile', { id: view.id, path, priority }).then(onChanged, toasts.fail)
      }}
    />
  )
}

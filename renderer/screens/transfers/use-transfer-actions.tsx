/** What can be done with a transfer, for the list and for its details alike. */

import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { FastForward, FolderOpen, Link, Pause, Play, Trash2 } from 'lucide-react'
import type { TransferId, TransferView } from '#shared/api/views.ts'
import { copyText } from '../../host/clipboard.ts'
import type { MenuAction } from '../../parts/menu.tsx'
import { useToasts } from '../../parts/notes.tsx'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { RemoveDialog } from './remove-dialog.tsx'
import { PriorityIcon } from './priority-icon.tsx'
import { hasPriority, toggleLabel, toggleOf } from './transfer-abilities.ts'

/** As they stand in a menu. */
const PRIORITY_CHOICES = ['high', 'normal', 'low'] as const

export interface TransferActions {
  /** Past the queue. */
  readonly startNow: (view: TransferView) => void
  /** Pauses or stops sharing; resumes or shares again. */
  readonly toggle: (view: TransferView) => void
  readonly copyLink: (view: TransferView) => void
  readonly reveal: (view: TransferView) => void
  /** Asks first. */
  readonly remove: (view: TransferView) => void
  /** All of them, for a menu. */
  readonly menuFor: (view: TransferView) => MenuAction[]
  /** To be rendered once by whoever uses the actions. */
  readonly dialog: ReactNode
}

export function useTransferActions(onRemoved?: (id: TransferId) => void): TransferActions {
  const text = useText()
  const toasts = useToasts()
  const engine = useEngine()
  const canReveal = useApp().capabilities.reveal
  const [removing, setRemoving] = useState<TransferView>()

  const toggle = useCallback(
    (view: TransferView) => {
      const wish = toggleOf(view)
      if (wish !== undefined) engine.call(`transfer.${wish}`, { id: view.id }).catch(toasts.fail)
    },
    [engine, toasts],
  )
  const copyLink = useCallback(
    (view: TransferView) => {
      copyText(view.link).then(() => toasts.say(text.transfers.action.linkCopied, 'good'), toasts.fail)
    },
    [text, toasts],
  )
  const reveal = useCallback(
    (view: TransferView) => {
      engine.call('transfer.reveal', { id: view.id }).catch(toasts.fail)
    },
    [engine, toasts],
  )
  const startNow = useCallback(
    (view: TransferView) => {
      engine.call('transfer.startNow', { id: view.id }).catch(toasts.fail)
    },
    [engine, toasts],
  )
  const menuFor = useCallback(
    (view: TransferView): MenuAction[] => {
      const words = text.transfers.action
      const wish = toggleOf(view)
      const actions: MenuAction[] = []
      if (wish !== undefined) {
        actions.push({
          id: 'toggle',
          label: toggleLabel(view, text),
          icon: wish === 'pause' ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />,
          run: () => toggle(view),
        })
      }
      if (view.state === 'queued') {
        actions.push({
          id: 'start',
          label: words.startNow,
          icon: <FastForward aria-hidden="true" />,
          run: () => startNow(view),
        })
      }
      if (hasPriority(view)) {
        for (const priority of PRIORITY_CHOICES) {
          if (priority === view.priority) continue
          actions.push({
            id: priority,
            label: text.transfers.priority[priority],
            icon: <PriorityIcon priority={priority} />,
            run: () => {
              engine.call('transfer.prioritize', { id: view.id, priority }).catch(toasts.fail)
            },
          })
        }
      }
      actions.push({
        id: 'copy',
        label: words.copyLink,
        icon: <Link aria-hidden="true" />,
        run: () => copyLink(view),
      })
      if (canReveal) {
        actions.push({
          id: 'reveal',
          label: words.reveal,
          icon: <FolderOpen aria-hidden="true" />,
          run: () => reveal(view),
        })
      }
      actions.push({
        id: 'remove',
        label: words.remove,
        icon: <Trash2 aria-hidden="true" />,
        isDanger: true,
        run: () => setRemoving(view),
      })
      return actions
    },
    [canReveal, copyLink, engine, reveal, startNow, text, toasts, toggle],
  )

  return useMemo(() => {
    const remove = (view: TransferView, deletePartial: boolean): void => {
      engine
        .call('transfer.remove', { id: view.id, deletePartial })
        .then(() => onRemoved?.(view.id), toasts.fail)
    }
    const dialog =
      removing === undefined ? null : (
        <RemoveDialog
          view={removing}
          onRemove={(deletePartial) => remove(removing, deletePartial)}
          onClose={() => setRemoving(undefined)}
        />
      )
    return { toggle, startNow, copyLink, reveal, remove: setRemoving, menuFor, dialog }
  }, [copyLink, engine, menuFor, onRemoved, removing, reveal, startNow, toasts, toggle])
}

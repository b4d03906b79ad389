/**
 * One transfer in the list. Plain elements instead of the shared buttons: dozens of these come and go while the list
 * is scrolled, and each of those buttons brings a dozen hooks and a tooltip along.
 */

import { memo, type ReactNode } from 'react'
import { Ellipsis, Link, Pause, Play } from 'lucide-react'
import type { TransferId, TransferView } from '#shared/api/views.ts'
import { FileName } from '../../parts/file-name.tsx'
import { useTransfer } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { ROW_PX, type RowLayout } from './row-layout.ts'
import { TransferFigures, TransferRates } from './row-figures.tsx'
import { RowState } from './row-state.tsx'
import { markOf, shareDone } from './state-words.ts'
import { toggleLabel, toggleOf } from './transfer-abilities.ts'
import { TransferMark } from './transfer-mark.tsx'
import './transfer-row.css'

export interface RowCommands {
  open(id: TransferId): void
  toggle(view: TransferView): void
  copyLink(view: TransferView): void
  /** @param anchor what the menu stands beside */
  menu(id: TransferId, anchor: HTMLElement): void
}

interface TransferRowProps {
  readonly id: TransferId
  /** From 0. */
  readonly index: number
  readonly layout: RowLayout
  readonly isSelected: boolean
  /** Where the keyboard is; only its buttons can be reached by Tab. */
  readonly isActive: boolean
  readonly commands: RowCommands
}

export function rowElementId(id: TransferId): string {
  return `transfer-${id}`
}

export const TransferRow = memo(function TransferRow(props: TransferRowProps): ReactNode {
  const { id, index, layout, isSelected, isActive, commands } = props
  const view = useTransfer(id)
  const text = useText()
  if (view === undefined) return null
  const rowPx = ROW_PX[layout]
  const isWide = layout === 'wide'
  const isSettled = view.finishedAtMs !== null || view.role === 'send'
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the list takes the keys for its rows
    <div
      id={rowElementId(id)}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      className={isActive ? 'transfer-row transfer-row-active' : 'transfer-row'}
      style={{ height: rowPx, transform: `translateY(${index * rowPx}px)` }}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('button') === null) commands.open(id)
      }}
      onContextMenu={(event) => {
        const button = event.currentTarget.querySelector<HTMLElement>('[aria-haspopup]')
        if (button === null) return
        event.preventDefault()
        commands.menu(id, button)
      }}
    >
      <div className="transfer-cell" role="gridcell">
        <TransferMark mark={markOf(view)} share={isSettled ? 1 : (shareDone(view) ?? 0)} size={40} />
        <div className="transfer-words">
          <div className="transfer-name">
            <FileName name={view.title} />
            {view.sender === '' ? null : (
              <span className="transfer-sender truncate">{text.transfers.from(view.sender)}</span>
            )}
          </div>
          <RowState view={view} hasRouteWords={isWide} />
        </div>
        <TransferFigures view={view} layout={layout} />
        {isWide ? <TransferRates view={view} /> : null}
      </div>
      <RowButtons view={view} hasCopy={layout !== 'compact'} isActive={isActive} commands={commands} />
    </div>
  )
})

function RowButtons(props: {
  readonly view: TransferView
  readonly hasCopy: boolean
  readonly isActive: boolean
  readonly commands: RowCommands
}): ReactNode {
  const { view, hasCopy, isActive, commands } = props
  const text = useText()
  const wish = toggleOf(view)
  const tabIndex = isActive ? 0 : -1
  return (
    <div className="transfer-buttons" role="gridcell">
      {wish === undefined ? null : (
        <RowButton label={toggleLabel(view, text)} tabIndex={tabIndex} onClick={() => commands.toggle(view)}>
          {wish === 'pause' ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
        </RowButton>
      )}
      {hasCopy ? (
        <RowButton
          label={text.transfers.action.copyLink}
          tabIndex={tabIndex}
          onClick={() => commands.copyLink(view)}
        >
          <Link aria-hidden="true" />
        </RowButton>
      ) : null}
      <button
        type="button"
        className="row-button"
        aria-label={text.transfers.action.label(view.title)}
        aria-haspopup="menu"
        tabIndex={tabIndex}
        onClick={(event) => commands.menu(view.id, event.currentTarget)}
      >
        <Ellipsis aria-hidden="true" />
      </button>
    </div>
  )
}

function RowButton(props: {
  readonly label: string
  readonly tabIndex: number
  readonly onClick: () => void
  readonly children: ReactNode
}): ReactNode {
  const { label, tabIndex, onClick, children } = props
  return (
    <button
      type="button"
      className="row-button"
      aria-label={label}
      title={label}
      tabIndex={tabIndex}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

/** The list itself. Only rows in sight exist, so that thousands of transfers scroll as ten do. */

import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import type { TransferId } from '#shared/api/views.ts'
import { useSize } from '../../parts/use-size.ts'
import { useAccess } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { RowMenu } from './row-menu.tsx'
import { layoutFor, ROW_PX } from './row-layout.ts'
import { rowAfterKey, rowsInSight, scrollFor } from './row-window.ts'
import { rowElementId, TransferRow, type RowCommands } from './transfer-row.tsx'
import type { TransferActions } from './use-transfer-actions.tsx'

interface TransferListProps {
  readonly ids: readonly TransferId[]
  readonly selected: TransferId | null
  readonly onSelect: (id: TransferId) => void
  /** The details are beside the list: they follow the arrow keys. */
  readonly isFollowed: boolean
  readonly actions: TransferActions
}

export function TransferList(props: TransferListProps): ReactNode {
  const { ids, selected, onSelect, isFollowed, actions } = props
  const text = useText()
  const { mirror } = useAccess()
  const list = useRef<HTMLDivElement>(null)
  const size = useSize(list)
  const [menu, setMenu] = useState<{ readonly id: TransferId; readonly anchor: HTMLElement }>()
  const [lastActive, setActive] = useState<TransferId | null>(selected)
  const layout = layoutFor(size?.widthPx ?? 0)
  const rowPx = ROW_PX[layout]
  const heightPx = size?.heightPx ?? 0
  const scrollPx = useScrolledRows(list, rowPx) * rowPx
  const range = rowsInSight({ count: ids.length, rowPx, heightPx, scrollPx })
  const active = lastActive !== null && ids.includes(lastActive) ? lastActive : ids[0]
  const activeRow = active === undefined ? -1 : ids.indexOf(active)

  const { toggle, copyLink } = actions
  const commands = useMemo(
    (): RowCommands => ({
      open: (id) => {
        setActive(id)
        onSelect(id)
      },
      toggle,
      copyLink,
      menu: (id, anchor) => {
        setActive(id)
        setMenu({ id, anchor })
      },
    }),
    [copyLink, onSelect, toggle],
  )

  const show = (row: number): void => {
    const place = list.current
    if (place !== null) place.scrollTop = scrollFor(row, { rowPx, scrollPx: place.scrollTop, heightPx })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || activeRow < 0) return
    const row = rowAfterKey(event.key, activeRow, { count: ids.length, rowPx, heightPx })
    const target = row === undefined ? undefined : ids[row]
    if (row !== undefined && target !== undefined) {
      event.preventDefault()
      list.current?.focus()
      setActive(target)
      show(row)
      if (isFollowed) onSelect(target)
      return
    }
    // A button of the row has its own Space and Enter.
    if (event.target !== event.currentTarget || active === undefined) return
    const view = mirror.transfer(active)
    if (view === undefined) return
    if (event.key === 'Enter') onSelect(active)
    else if (event.key === ' ') toggle(view)
    else if (event.key === 'Delete') actions.remove(view)
    else return
    event.preventDefault()
  }

  const rows = ids.slice(range.first, range.end).map((id, i) => ({ id, index: range.first + i }))
  // It has the keyboard, also when it is scrolled out of sight.
  if (active !== undefined && (activeRow < range.first || activeRow >= range.end)) {
    rows.push({ id: active, index: activeRow })
  }
  return (
    <>
      <div
        ref={list}
        id="transfer-list"
        className={`transfer-list scroll transfers-${layout}`}
        role="grid"
        tabIndex={0}
        aria-label={text.transfers.list}
        aria-rowcount={ids.length}
        aria-activedescendant={active === undefined ? undefined : rowElementId(active)}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" className="transfer-rows" style={{ height: ids.length * rowPx }}>
          {rows.map(({ id, index }) => (
            <TransferRow
              key={id}
              id={id}
              index={index}
              layout={layout}
              isSelected={id === selected}
              isActive={id === active}
              commands={commands}
            />
          ))}
        </div>
      </div>
      {menu === undefined ? null : (
        <RowMenu
          id={menu.id}
          anchor={menu.anchor}
          actions={actions}
          onDetails={onSelect}
          onClose={() => setMenu(undefined)}
        />
      )}
    </>
  )
}

/** How far it is scrolled, in whole rows: rendering again for every pixel would change nothing. */
function useScrolledRows(list: { readonly current: HTMLElement | null }, rowPx: number): number {
  const [rows, setRows] = useState(0)
  useEffect(() => {
    const place = list.current
    // At once: in the frame that shows the new place the rows must stand there.
    const update = (): void => flushSync(() => setRows(Math.floor((place?.scrollTop ?? 0) / rowPx)))
    place?.addEventListener('scroll', update, { passive: true })
    return () => place?.removeEventListener('scroll', update)
  }, [list, rowPx])
  return rows
}

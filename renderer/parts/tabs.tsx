/** Tabs, of which one is shown at a time. An arrow key shows the next one at once. */

import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { tabAfterKey } from './tab-keys.ts'

export interface TabItem<Id extends string = string> {
  readonly id: Id
  readonly label: ReactNode
  readonly body: ReactNode
  readonly panelClass: string
}

interface TabsProps<Id extends string> {
  readonly label: string
  readonly tabs: readonly TabItem<Id>[]
  readonly selected: Id
  readonly onSelect: (id: Id) => void
  readonly className: string
  readonly listClass: string
  readonly tabClass: string
}

export function Tabs<Id extends string>(props: TabsProps<Id>): ReactNode {
  const { label, tabs, selected, onSelect, className, listClass, tabClass } = props
  const base = useId()
  const list = useRef<HTMLDivElement>(null)
  const shown = tabs.find(({ id }) => id === selected)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const next = tabAfterKey(
      event.key,
      tabs.findIndex(({ id }) => id === selected),
      tabs.length,
    )
    const tab = next === undefined ? undefined : tabs[next]
    if (next === undefined || tab === undefined) return
    event.preventDefault()
    onSelect(tab.id)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus()
  }
  return (
    <div className={className}>
      <div
        ref={list}
        className={listClass}
        role="tablist"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${base}-${tab.id}`}
            className={tabClass}
            aria-selected={tab.id === selected}
            aria-controls={tab.id === selected ? `${base}-panel` : undefined}
            tabIndex={tab.id === selected ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {shown === undefined ? null : (
        <div
          // Each starts at its own top.
          key={shown.id}
          id={`${base}-panel`}
          className={shown.panelClass}
          role="tabpanel"
          aria-labelledby={`${base}-${shown.id}`}
          tabIndex={0}
        >
          {shown.body}
        </div>
      )}
    </div>
  )
}

/**
 * Menus of actions. The popover is React Aria's; the list is our own, because theirs brings its whole machinery of
 * collections along, a tenth of the page.
 */

import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Button as AriaButton, Popover } from 'react-aria-components'
import { Ellipsis } from 'lucide-react'
import { itemAfterKey } from './menu-keys.ts'

export interface MenuAction {
  readonly id: string
  readonly label: string
  readonly icon?: ReactNode
  readonly isDanger?: boolean
  readonly isDisabled?: boolean
  readonly run: () => void
}

/** Where the keyboard begins. */
type Start = 'first' | 'last'

interface MenuProps {
  readonly label: string
  readonly actions: readonly MenuAction[]
  /** What it stands beside, and where the focus goes back to. */
  readonly anchor: { readonly current: HTMLElement | null }
  readonly start?: Start
  readonly onClose: () => void
}

/** An open menu. */
export function Menu({ label, actions, anchor, start = 'first', onClose }: MenuProps): ReactNode {
  const list = useRef<HTMLDivElement>(null)
  const items = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]:enabled') ?? []),
  ]
  useEffect(() => {
    items()
      .at(start === 'first' ? 0 : -1)
      ?.focus()
  }, [start])
  const onKeyDown = (event: KeyboardEvent): void => {
    // Out of a menu there is only the way back.
    if (event.key === 'Tab') {
      event.preventDefault()
      onClose()
      return
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const all = items()
    const current = all.findIndex((item) => item === document.activeElement)
    const next = itemAfterKey(
      event.key,
      current,
      all.map((item) => item.textContent),
    )
    if (next === undefined) return
    event.preventDefault()
    all[next]?.focus()
  }
  return (
    <Popover
      className="popover"
      aria-label={label}
      isOpen
      triggerRef={anchor}
      placement="bottom end"
      offset={4}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
    >
      <div ref={list} className="menu" role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
        {actions.map((action) => (
          <button
            key={action.id}
            type="button"
            role="menuitem"
            tabIndex={-1}
            disabled={action.isDisabled ?? false}
            className={action.isDanger === true ? 'menu-item menu-item-danger' : 'menu-item'}
            onPointerMove={(event) => event.currentTarget.focus()}
            onClick={() => {
              onClose()
              action.run()
            }}
          >
            {action.icon}
            <span>{action.label}</span>
          </button>
        ))}
      </div>
    </Popover>
  )
}

interface MenuButtonProps {
  readonly label: string
  readonly actions: readonly MenuAction[]
  readonly className: string
  readonly children: ReactNode
}

/** A button that opens a menu. */
export function MenuButton({ label, actions, className, children }: MenuButtonProps): ReactNode {
  const button = useRef<HTMLButtonElement>(null)
  const [start, setStart] = useState<Start>()
  return (
    <>
      <AriaButton
        ref={button}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={start !== undefined}
        className={className}
        onPress={() => setStart('first')}
        onKeyDown={({ key }) => {
          if (key === 'ArrowDown') setStart('first')
          else if (key === 'ArrowUp') setStart('last')
        }}
      >
        {children}
      </AriaButton>
      {start === undefined ? null : (
        <Menu
          label={label}
          actions={actions}
          anchor={button}
          start={start}
          onClose={() => setStart(undefined)}
        />
      )}
    </>
  )
}

/** With three dots. */
export function ActionMenu(props: {
  readonly label: string
  readonly actions: readonly MenuAction[]
}): ReactNode {
  return (
    <MenuButton {...props} className="button button-icon button-quiet">
      <Ellipsis aria-hidden="true" />
    </MenuButton>
  )
}

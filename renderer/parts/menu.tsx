/** A button that opens a menu of actions. */

import type { ReactNode } from 'react'
import { Button as AriaButton, Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { Ellipsis } from 'lucide-react'

export interface MenuAction {
  readonly id: string
  readonly label: string
  readonly icon?: ReactNode
  readonly isDanger?: boolean
  readonly isDisabled?: boolean
  readonly run: () => void
}

export function ActionMenu({
  label,
  actions,
}: {
  readonly label: string
  readonly actions: readonly MenuAction[]
}): ReactNode {
  return (
    <MenuTrigger>
      <AriaButton aria-label={label} className="button button-icon button-quiet">
        <Ellipsis aria-hidden="true" />
      </AriaButton>
      <Popover className="popover" placement="bottom end" offset={4}>
        <AriaMenu className="menu" onAction={(key) => actions.find((action) => action.id === key)?.run()}>
          {actions.map((action) => (
            <MenuItem
              key={action.id}
              id={action.id}
              textValue={action.label}
              isDisabled={action.isDisabled ?? false}
              className={action.isDanger === true ? 'menu-item menu-item-danger' : 'menu-item'}
            >
              {action.icon}
              <span>{action.label}</span>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}

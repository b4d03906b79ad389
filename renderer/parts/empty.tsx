/** A screen with nothing on it yet says what belongs there and how it comes. */

import type { ReactNode } from 'react'
import './empty.css'

interface EmptyProps {
  readonly picture?: ReactNode
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
  readonly foot?: ReactNode
}

export function Empty({ picture, title, children, actions, foot }: EmptyProps): ReactNode {
  return (
    <div className="empty">
      {picture}
      <h2>{title}</h2>
      {children === undefined ? null : <p className="empty-words">{children}</p>}
      {actions === undefined ? null : <div className="empty-actions">{actions}</div>}
      {foot}
    </div>
  )
}

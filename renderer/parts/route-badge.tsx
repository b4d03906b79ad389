/** What a connection runs over: a shape, a word and a colour, so that none of them is needed to tell. */

import type { ReactNode } from 'react'
import type { RouteKind } from '#shared/api/views.ts'
import { useText } from '../text/text-context.tsx'
import './route-badge.css'

/** Two devices on one wire; a straight line; a line over a third point. */
const SHAPES: Readonly<Record<RouteKind, ReactNode>> = {
  lan: (
    <>
      <path d="M2.5 4.5h4v4h-4zM9.5 4.5h4v4h-4z" />
      <path d="M4.5 8.5V12h7V8.5" />
    </>
  ),
  direct: (
    <>
      <circle cx="3.5" cy="8" r="1.8" />
      <circle cx="12.5" cy="8" r="1.8" />
      <path d="M5.5 8h5" />
    </>
  ),
  relayed: (
    <>
      <circle cx="3" cy="11.5" r="1.7" />
      <circle cx="13" cy="11.5" r="1.7" />
      <path d="M8 2.6 10.2 4.8 8 7 5.8 4.8zM4.2 10.2 6.8 6.2M11.8 10.2 9.2 6.2" />
    </>
  ),
}

export function RouteIcon({ kind }: { readonly kind: RouteKind }): ReactNode {
  return (
    <svg className="route-icon" viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[kind]}
    </svg>
  )
}

export function RouteBadge({
  kind,
  count,
}: {
  readonly kind: RouteKind
  readonly count?: string
}): ReactNode {
  const text = useText()
  return (
    <span className={`route-badge route-${kind}`}>
      <RouteIcon kind={kind} />
      {count === undefined ? null : <span className="tabular">{count}</span>}
      <span>{text.common.route[kind]}</span>
    </span>
  )
}

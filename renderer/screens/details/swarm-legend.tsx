/** What the lines of the swarm’s picture mean. */

import type { ReactNode } from 'react'
import type { RouteKind } from '#shared/api/views.ts'
import { useText } from '../../text/text-context.tsx'

export function SwarmLegend(): ReactNode {
  const text = useText()
  const words = text.details.swarm
  const items: readonly [RouteKind, string][] = [
    ['lan', words.legendLan],
    ['direct', words.legendDirect],
    ['relayed', words.legendRelayed],
  ]
  return (
    <ul className="legend" aria-label={words.legend}>
      {items.map(([kind, label]) => (
        <li key={kind} className="legend-item">
          <svg className={`swarm-${kind}`} width="34" height="14" aria-hidden="true">
            <path className="swarm-way" d="M0 7H34" strokeWidth="2" />
            {kind === 'relayed' ? <path className="swarm-relay" d="M17 2l5 5l-5 5l-5 -5z" /> : null}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  )
}

/** The second line of a transfer: what it is doing, and over which routes. */

import type { ReactNode } from 'react'
import type { RouteKind, TransferView } from '#shared/api/views.ts'
import { RouteIcon } from '../../parts/route-badge.tsx'
import { useNow } from '../../parts/use-now.ts'
import { useFormat, useText } from '../../text/text-context.tsx'
import { countRoutes } from './count-routes.ts'
import { PriorityIcon } from './priority-icon.tsx'
import { stateWords } from './state-words.ts'
import { hasPriority } from './transfer-abilities.ts'

interface RowStateProps {
  readonly view: TransferView
  /** Otherwise picture and number only; the words are in the tooltip. */
  readonly hasRouteWords: boolean
}

export function RowState({ view, hasRouteWords }: RowStateProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = stateWords(view, text, format, useNow())
  const routes = countRoutes(view.peers)
  return (
    <div className={view.state === 'failed' ? 'transfer-state transfer-state-failed' : 'transfer-state'}>
      <span className="truncate" title={words}>
        {words}
      </span>
      {view.priority === 'normal' || !hasPriority(view) ? null : (
        <span className="row-priority" title={text.transfers.priority[view.priority]}>
          <PriorityIcon priority={view.priority} />
          <span className="hidden-visually">{text.transfers.priority[view.priority]}</span>
        </span>
      )}
      {routes.map(({ kind, count }) => (
        <RouteCount key={kind} kind={kind} count={format.count(count)} hasWord={hasRouteWords} />
      ))}
    </div>
  )
}

function RouteCount(props: {
  readonly kind: RouteKind
  readonly count: string
  readonly hasWord: boolean
}): ReactNode {
  const { kind, count, hasWord } = props
  const word = useText().common.route[kind]
  return (
    <span className={`route-count route-${kind}`} title={`${count} ${word}`}>
      <RouteIcon kind={kind} />
      <span className="tabular">{count}</span>
      <span className={hasWord ? undefined : 'hidden-visually'}>{word}</span>
    </span>
  )
}

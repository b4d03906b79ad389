/** A connection opened up: what would help it, whether a better route is looked for, what it ran over, and its lanes. */

import type { ReactNode } from 'react'
import { ChevronRight } from 'lucide-react'
import type { PeerView } from '#shared/api/views.ts'
import { RouteBadge } from '../../parts/route-badge.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { LaneList } from './lane-list.tsx'
import { helpWords, historyWords, searchWords, staysOf, tlsWords } from './route-words.ts'

/** Stays drawn side by side: as many as fit into a narrow window. The sentence tells of the others. */
const MAX_DRAWN = 4

export function PeerRoutes({ peer }: { readonly peer: PeerView }): ReactNode {
  const text = useText()
  const hints = [searchWords(peer, text), tlsWords(peer, text), helpWords(peer, text)].filter(
    (words) => words !== undefined,
  )
  return (
    <>
      {hints.map((words) => (
        <p key={words} className="peer-hint">
          {words}
        </p>
      ))}
      <History history={peer.history} />
      <LaneList lanes={peer.lanes} />
    </>
  )
}

function History({ history }: { readonly history: PeerView['history'] }): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = historyWords(history, text, format)
  if (words === undefined) return null
  const stays = staysOf(history)
  return (
    <section className="history" aria-label={text.details.history.label}>
      <p className="history-label">{text.details.history.label}</p>
      {stays.length === 1 ? null : (
        // The sentence below says the same.
        <div className="history-strip tabular" aria-hidden="true">
          {stays.length > MAX_DRAWN ? <span>…</span> : null}
          {stays.slice(-MAX_DRAWN).map(({ kind, forMs }, i) => (
            <span key={i} className="history-stay">
              {i === 0 ? null : <ChevronRight className="history-next" />}
              <RouteBadge kind={kind} />
              {forMs === null ? null : <span>{format.span(forMs)}</span>}
            </span>
          ))}
        </div>
      )}
      <p>{words}</p>
    </section>
  )
}

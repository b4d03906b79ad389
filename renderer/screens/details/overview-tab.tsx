/** Rates over time, pieces, people, and what else there is to know. */

import { memo, useId, type ReactNode } from 'react'
import { canLeave } from '#shared/api/can-leave.ts'
import type { TransferView } from '#shared/api/views.ts'
import { Note } from '../../parts/notes.tsx'
import { Spinner } from '../../parts/progress.tsx'
import { RateGraph } from '../../parts/rate-graph.tsx'
import { useStream } from '../../parts/use-stream.ts'
import { errorText, useFormat, useText } from '../../text/text-context.tsx'
import { FactList } from './fact-list.tsx'
import { noticeWords } from './notice-words.ts'
import { PeopleTable } from './people-table.tsx'
import { PieceMap } from './piece-map.tsx'
import { TransferOptions } from './transfer-options.tsx'
import { isSameData } from './same-data.ts'
import './overview-tab.css'

export function OverviewTab({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const format = useFormat()
  const connected = view.peers.filter(({ state }) => state === 'connected').length
  const share = view.pieceCount === 0 ? 0 : view.donePieces / view.pieceCount
  return (
    <div className="overview">
      {view.notices.length === 0 ? null : (
        <div className="overview-notices">
          {view.notices.map((notice) => (
            <Note
              key={`${notice.code} ${notice.text}`}
              tone={notice.code === 'peer-banned' ? 'warn' : 'info'}
            >
              {noticeWords(notice, text, format)}
            </Note>
          ))}
        </div>
      )}
      {canLeave(view) ? <Note tone="good">{text.details.canLeave}</Note> : null}
      <Moving
        id={view.id}
        connected={connected}
        share={share}
        pieceWords={text.details.pieces.count(format.count(view.donePieces), format.count(view.pieceCount))}
      />
      <Section title={text.details.options.title}>
        <TransferOptions view={view} />
      </Section>
      <Section title={text.details.facts.title}>
        <FactList view={view} />
      </Section>
    </div>
  )
}

interface MovingProps {
  readonly id: TransferView['id']
  readonly connected: number
  readonly share: number
  readonly pieceWords: string
}

/** What its own stream tells, which the list of transfers does not need. */
const Moving = memo(function Moving(props: MovingProps): ReactNode {
  const { id, connected, share, pieceWords } = props
  const text = useText()
  const { item, error } = useStream('transfer.details', { id })
  if (item === undefined) {
    if (error !== undefined) return <Note tone="bad">{errorText(text, error.code)}</Note>
    return (
      <div className="overview-wait">
        <Spinner label={text.common.loading} />
      </div>
    )
  }
  return (
    <>
      <Section title={text.details.rates.title}>
        <RateGraph down={item.down} up={item.up} />
      </Section>
      {item.pieces.length === 0 ? null : (
        <Section title={text.details.pieces.title} aside={pieceWords}>
          <PieceMap
            pieces={item.pieces}
            availability={item.availability}
            connected={connected}
            share={share}
          />
        </Section>
      )}
      <Section title={text.details.people.title}>
        <PeopleTable people={item.people} />
      </Section>
    </>
  )
}, isSameData)

interface SectionProps {
  readonly title: string
  readonly aside?: string
  readonly children: ReactNode
}

function Section({ title, aside, children }: SectionProps): ReactNode {
  const titleId = useId()
  return (
    <section className="overview-section" aria-labelledby={titleId}>
      <header className="overview-head">
        <h2 id={titleId}>{title}</h2>
        {aside === undefined ? null : <span className="muted tabular">{aside}</span>}
      </header>
      {children}
    </section>
  )
}

/** What does not move: where it comes from, where it goes, its link. */

import { memo, type ReactNode } from 'react'
import type { TransferView } from '#shared/api/views.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { LinkCard } from '../transfers/link-card.tsx'
import { isSameData } from './same-data.ts'

/** Letters of the share’s id that are shown; all of them are copied. */
const ID_LETTERS = 16

export const FactList = memo(function FactList({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.details.facts
  const files = text.common.files(view.fileCount, format.count(view.fileCount))
  const facts: readonly (readonly [label: string, value: ReactNode])[] = [
    [words.sender, view.role === 'send' ? words.own : view.sender === '' ? words.unnamed : view.sender],
    [words.size, <Size key="size" view={view} files={files} />],
    [words.added, format.dateTime(view.addedAtMs)],
    ...(view.finishedAtMs === null ? [] : [[words.finished, format.dateTime(view.finishedAtMs)] as const]),
    ...(view.destination === null
      ? []
      : [
          [
            words.folder,
            <span key="folder" className="fact-path mono" title={view.destination}>
              {view.destination}
            </span>,
          ] as const,
        ]),
    ...(view.resumedBytes === 0 ? [] : [[words.resumed, format.bytes(view.resumedBytes)] as const]),
    [words.received, format.bytes(view.receivedBytes)],
    [words.sent, format.bytes(view.sentBytes)],
    ...(view.copies === 0 ? [] : [[words.copies, format.decimal(view.copies)] as const]),
    [words.coordinator, words.coordinatorIs[view.coordinator]],
    [
      words.share,
      <span key="share" className="fact-id">
        <span className="mono" title={view.topic}>
          {view.topic.slice(0, ID_LETTERS)}…
        </span>
        <CopyButton value={view.topic} label={words.copyShare} isSmall />
      </span>,
    ],
  ]
  return (
    <>
      <LinkCard link={view.link} linkReach={view.linkReach} />
      <dl className="facts tabular">
        {facts.map(([label, value]) => (
          <div key={label} className="fact">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}, isSameFacts)

function Size({ view, files }: { readonly view: TransferView; readonly files: string }): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.details.facts
  const count =
    view.role === 'get' && view.doneFiles < view.fileCount
      ? words.filesDone(format.count(view.doneFiles), files)
      : files
  return (
    <>
      {format.bytes(view.totalBytes)} · {count}
      {view.isPartial ? ` · ${words.partial}` : null}
    </>
  )
}

/** Rates and connections change all the time, and are not said here. */
function isSameFacts(
  before: { readonly view: TransferView },
  after: { readonly view: TransferView },
): boolean {
  const still = ({ view }: { readonly view: TransferView }): Partial<TransferView> => {
    const { peers: _peers, downBytesPerSecond: _down, upBytesPerSecond: _up, etaMs: _eta, ...rest } = view
    return rest
  }
  return isSameData(still(before), still(after))
}

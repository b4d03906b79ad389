/** Everything that is coming and going. */

import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { Download } from 'lucide-react'
import type { TransferId } from '#shared/api/views.ts'
import { Button } from '../../parts/button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useSize } from '../../parts/use-size.ts'
import { useAccess, useTransferIds } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { TransferDetails } from '../deferred-parts.ts'
import { EmptyPicture } from './empty-picture.tsx'
import { FilterBar } from './filter-bar.tsx'
import { countGroups, filterIds, SEARCH_FROM, type Filter } from './list-filter.ts'
import { OwnName } from './own-name.tsx'
import { ReceiveDialog } from './receive-dialog.tsx'
import { ShareButton } from './share-button.tsx'
import { TransferList } from './transfer-list.tsx'
import { useAsked } from './use-asked.ts'
import { useShare, type Share } from './use-share.tsx'
import { useTransferActions } from './use-transfer-actions.tsx'
import { WindowInput } from './window-input.tsx'
import './transfers-screen.css'

/** From here on the details stand beside the list instead of in its place. Pixels. */
const SPLIT_PX = 960

interface TransfersScreenProps {
  readonly selected: TransferId | null
  readonly onSelect: (id: TransferId | null) => void
  /** A link or files from outside want to be seen: show this screen. */
  readonly onOpen: () => void
  readonly onSettings: () => void
}

export function TransfersScreen({ selected, onSelect, onOpen, onSettings }: TransfersScreenProps): ReactNode {
  const text = useText()
  const { mirror } = useAccess()
  const ids = useTransferIds()
  const screen = useRef<HTMLDivElement>(null)
  const details = useRef<HTMLElement>(null)
  const isSplit = (useSize(screen)?.widthPx ?? 0) >= SPLIT_PX
  const [filter, setFilter] = useState<Filter>('all')
  const [words, setWords] = useState('')
  /** Undefined: nobody receives anything; null: the person is to paste a link. */
  const [wanted, setWanted] = useState<string | null>()
  const [asked, takeAsked] = useAsked(onOpen)

  const show = useCallback(
    (id: TransferId) => {
      setFilter('all')
      setWords('')
      onSelect(id)
    },
    [onSelect],
  )
  const share = useShare({ onShared: show, onSettings })
  const actions = useTransferActions(
    useCallback(() => {
      onSelect(null)
      focusList()
    }, [onSelect]),
  )

  // Files from outside are asked about as soon as nothing else is being asked.
  const askedPaths = asked?.kind === 'paths' ? asked.paths : undefined
  const isAsking = share.isOpen || wanted !== undefined || actions.dialog !== null
  useEffect(() => {
    if (askedPaths === undefined || isAsking) return
    takeAsked()
    share.confirm(askedPaths)
  }, [askedPaths, isAsking, share, takeAsked])
  const receiving =
    asked?.kind === 'link' && !isAsking
      ? { link: asked.link, end: takeAsked }
      : wanted === undefined
        ? undefined
        : { link: wanted, end: undefined }

  // Removed elsewhere: there is nothing to look at any more. One that was just accepted may come on the list later
  // than its number came as the answer.
  const lastListed = useRef<TransferId>(null)
  useEffect(() => {
    if (selected !== null && ids.includes(selected)) lastListed.current = selected
    else if (selected !== null && lastListed.current === selected) onSelect(null)
  }, [ids, onSelect, selected])
  // In the place of the list: the keyboard goes along.
  useEffect(() => {
    if (selected !== null && !isSplit) details.current?.focus()
  }, [isSplit, selected])

  const counts = useMemo(() => countGroups(ids.map((id) => mirror.transfer(id))), [ids, mirror])
  const shown = useMemo(
    () => filterIds(ids, (id) => mirror.transfer(id), filter, words),
    [filter, ids, mirror, words],
  )
  const closeDetails = (): void => {
    onSelect(null)
    focusList()
  }
  const endReceiving = (): void => {
    receiving?.end?.()
    setWanted(undefined)
  }
  const buttons = <MainButtons share={share} onReceive={() => setWanted(null)} />
  return (
    <div ref={screen} className="transfers">
      <section
        className="transfers-main"
        aria-label={text.common.transfers}
        hidden={selected !== null && !isSplit}
      >
        <header className="transfers-head">
          <h1>{text.common.transfers}</h1>
          {ids.length === 0 ? null : <div className="transfers-buttons">{buttons}</div>}
        </header>
        {ids.length === 0 ? (
          <Empty
            picture={<EmptyPicture />}
            title={text.transfers.empty.title}
            actions={buttons}
            foot={<OwnName onSettings={onSettings} />}
          >
            {text.transfers.empty.words}
            <br />
            {text.transfers.empty.drop}
          </Empty>
        ) : (
          <>
            <FilterBar
              filter={filter}
              counts={counts}
              onFilter={setFilter}
              words={words}
              hasSearch={ids.length >= SEARCH_FROM}
              onWords={setWords}
            />
            {shown.length === 0 ? (
              <output className="transfers-none muted">
                {words === '' ? text.transfers.nothingIn[filter] : text.transfers.nothingFound(words)}
              </output>
            ) : (
              <TransferList
                ids={shown}
                selected={selected}
                onSelect={onSelect}
                isFollowed={isSplit && selected !== null}
                actions={actions}
              />
            )}
          </>
        )}
      </section>
      {selected === null ? null : (
        <section ref={details} className="transfers-details" tabIndex={-1} aria-label={text.common.details}>
          <TransferDetails id={selected} onClose={closeDetails} />
        </section>
      )}
      {receiving === undefined ? null : (
        <ReceiveDialog
          key={receiving.link}
          link={receiving.link}
          onShow={(id) => {
            endReceiving()
            show(id)
            focusList()
          }}
          onClose={endReceiving}
        />
      )}
      {share.dialog}
      {actions.dialog}
      <WindowInput
        isEnabled={!isAsking && asked === undefined}
        onFiles={share.dropped}
        onLink={(link) => {
          onOpen()
          setWanted(link)
        }}
      />
    </div>
  )
}

function MainButtons(props: { readonly share: Share; readonly onReceive: () => void }): ReactNode {
  const text = useText()
  return (
    <>
      <Button icon={<Download aria-hidden="true" />} onPress={props.onReceive}>
        {text.common.receive}
      </Button>
      <ShareButton share={props.share} />
    </>
  )
}

/** Where the keyboard was before the details took its place. */
function focusList(): void {
  // After the list is there again.
  requestAnimationFrame(() => document.getElementById('transfer-list')?.focus())
}

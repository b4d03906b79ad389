/** What it is, what it is doing and how far it is, and what can be done about it. */

import { useEffect, useState, type ReactNode } from 'react'
import { ArrowDown, ArrowLeft, ArrowUp, FolderOpen, Pause, Play, X } from 'lucide-react'
import type { TransferView } from '#shared/api/views.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { FileName } from '../../parts/file-name.tsx'
import { ActionMenu } from '../../parts/menu.tsx'
import { Note } from '../../parts/notes.tsx'
import { Progress } from '../../parts/progress.tsx'
import { useApp } from '../../state/app-context.tsx'
import { errorText, useFormat, useText } from '../../text/text-context.tsx'
import { hasProgress, markOf, shareDone, stateWords } from '../transfers/state-words.ts'
import { toggleLabel, toggleOf } from '../transfers/transfer-abilities.ts'
import { useTransferActions } from '../transfers/use-transfer-actions.tsx'

/** “2 minutes ago” is looked at again this often, milliseconds. */
const AGO_MS = 30_000

interface DetailsHeaderProps {
  readonly view: TransferView
  readonly onClose: () => void
}

export function DetailsHeader({ view, onClose }: DetailsHeaderProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const nowMs = useNow()
  const canReveal = useApp().capabilities.reveal
  const actions = useTransferActions(onClose)
  const wish = toggleOf(view)
  const isFailed = view.state === 'failed'
  return (
    <header className="details-head">
      <div className="details-bar">
        <IconButton label={text.details.close} onPress={onClose}>
          <ArrowLeft className="details-back" aria-hidden="true" />
          <X className="details-x" aria-hidden="true" />
        </IconButton>
        <div className="details-words">
          <h1 className="details-title">
            <FileName name={view.title} />
          </h1>
          <p className={isFailed ? 'details-state details-failed' : 'details-state'}>
            {isFailed ? text.transfers.mark.failed : stateWords(view, text, format, nowMs)}
          </p>
        </div>
        <div className="details-actions">
          {wish === undefined ? null : (
            <Button
              icon={wish === 'pause' ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
              onPress={() => actions.toggle(view)}
            >
              {toggleLabel(view, text)}
            </Button>
          )}
          <span className="details-copy">
            <CopyButton value={view.link} label={text.details.copyLink} isSmall />
          </span>
          <span className="details-reveal">
            {canReveal ? (
              <IconButton label={text.details.reveal} onPress={() => actions.reveal(view)}>
                <FolderOpen aria-hidden="true" />
              </IconButton>
            ) : null}
          </span>
          <ActionMenu
            label={text.transfers.action.label(view.title)}
            actions={actions.menuFor(view).filter(({ id }) => id !== 'toggle')}
          />
        </div>
      </div>
      <Figures view={view} />
      {isFailed ? <Note tone="bad">{errorText(text, view.error?.code ?? 'internal')}</Note> : null}
      {actions.dialog}
    </header>
  )
}

function Figures({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const format = useFormat()
  const share = shareDone(view)
  const mark = markOf(view)
  const isUnfinished = hasProgress(view)
  const size = isUnfinished
    ? text.details.ofTotal(format.bytes(view.doneBytes), format.bytes(view.totalBytes))
    : `${format.bytes(view.totalBytes)} · ${text.common.files(view.fileCount, format.count(view.fileCount))}`
  return (
    <div className="details-figures">
      {isUnfinished ? (
        <Progress
          label={text.details.progress}
          share={view.state === 'receiving' || view.state === 'checking' ? share : (share ?? 0)}
          tone={mark === 'failed' ? 'failed' : mark === 'receiving' ? 'active' : 'waiting'}
        />
      ) : null}
      <div className="details-line tabular">
        <span className="details-size">
          {isUnfinished ? <strong>{format.percent(share ?? 0)}</strong> : null}
          <span>{size}</span>
        </span>
        {view.downBytesPerSecond > 0 ? (
          <span className="details-rate">
            <ArrowDown aria-hidden="true" />
            <span aria-hidden="true">{format.rate(view.downBytesPerSecond)}</span>
            <span className="hidden-visually">{text.details.down(format.rate(view.downBytesPerSecond))}</span>
          </span>
        ) : null}
        {view.upBytesPerSecond > 0 ? (
          <span className="details-rate">
            <ArrowUp aria-hidden="true" />
            <span aria-hidden="true">{format.rate(view.upBytesPerSecond)}</span>
            <span className="hidden-visually">{text.details.up(format.rate(view.upBytesPerSecond))}</span>
          </span>
        ) : null}
        {view.state === 'receiving' && view.etaMs !== null ? (
          <span className="details-eta">{text.details.left(format.duration(view.etaMs))}</span>
        ) : null}
      </div>
    </div>
  )
}

function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), AGO_MS)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}

/** What a person sees between choosing files and passing the link on. */

import type { ReactNode } from 'react'
import type { TransferId } from '#shared/api/views.ts'
import type { UploadProgress } from '../../host/upload.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm, Dialog } from '../../parts/dialog.tsx'
import { FileName } from '../../parts/file-name.tsx'
import { Progress, Spinner } from '../../parts/progress.tsx'
import { useTransfer } from '../../state/app-context.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { LinkCard } from './link-card.tsx'
import './share-dialogs.css'

/** Paths that are named; of the others the count. */
const MAX_NAMED = 6

interface ShareConfirmProps {
  readonly paths: readonly string[]
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** For files that came from outside the window, where nobody pressed “Share” here. */
export function ShareConfirm({ paths, onConfirm, onClose }: ShareConfirmProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.transfers.share
  const more = paths.length - MAX_NAMED
  return (
    <Confirm title={words.confirmTitle} confirm={words.confirm} onConfirm={onConfirm} onClose={onClose}>
      <ul className="share-paths">
        {paths.slice(0, MAX_NAMED).map((path) => (
          <li key={path} className="share-path" title={path}>
            <FileName name={nameOf(path)} />
          </li>
        ))}
        {more > 0 ? <li className="muted">{words.andMore(format.count(more))}</li> : null}
      </ul>
      <p className="muted">{words.confirmHint}</p>
    </Confirm>
  )
}

interface LinkDialogProps {
  /** Undefined while it is being made. */
  readonly made: { readonly id: TransferId; readonly link: string } | undefined
  readonly onSettings: () => void
  readonly onClose: () => void
}

export function LinkDialog({ made, onSettings, onClose }: LinkDialogProps): ReactNode {
  const text = useText()
  const view = useTransfer(made?.id ?? null)
  const words = text.transfers.share
  return (
    <Dialog
      title={made === undefined ? words.making : words.readyTitle}
      onClose={onClose}
      {...(made === undefined ? {} : { actions: <Button onPress={onClose}>{words.done}</Button> })}
    >
      {made === undefined ? (
        <div className="share-making">
          <Spinner label={words.making} />
        </div>
      ) : (
        <>
          {view === undefined ? null : (
            <p className="share-title">
              <FileName name={view.title} />
            </p>
          )}
          <LinkCard link={made.link} linkReach={view?.linkReach} onSettings={onSettings} autoFocus />
          <p className="share-keep">{words.keepOpen}</p>
        </>
      )}
    </Dialog>
  )
}

interface UploadDialogProps {
  /** Undefined while folders are being read. */
  readonly progress: UploadProgress | undefined
  readonly onCancel: () => void
}

export function UploadDialog({ progress, onCancel }: UploadDialogProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.transfers.upload
  const share =
    progress === undefined || progress.totalBytes === 0 ? undefined : progress.doneBytes / progress.totalBytes
  return (
    <Dialog
      title={words.title}
      size="small"
      role="alertdialog"
      onClose={onCancel}
      actions={<Button onPress={onCancel}>{text.common.cancel}</Button>}
    >
      <div className="upload">
        <Progress label={words.progress} share={share} />
        <div className="upload-figures tabular">
          {progress === undefined ? (
            <span>{words.reading}</span>
          ) : (
            <>
              <span>
                {text.transfers.ofTotal(format.bytes(progress.doneBytes), format.bytes(progress.totalBytes))}
              </span>
              <span>{words.files(format.count(progress.doneFiles), format.count(progress.totalFiles))}</span>
            </>
          )}
        </div>
      </div>
      <p className="muted">{words.words}</p>
    </Dialog>
  )
}

function nameOf(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path
}

/** From files to a link: chosen, dropped, uploaded or opened outside. */

import { useCallback, useState, type ReactNode } from 'react'
import type { TransferId } from '#shared/api/views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { chooseInBrowser, pathsOf, readDropped } from '../../host/dropped.ts'
import { usePicker } from '../../host/picker.tsx'
import { upload, type LooseFile, type UploadProgress } from '../../host/upload.ts'
import { uploadWire } from '../../host/upload-wire.ts'
import { useToasts } from '../../parts/notes.tsx'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { LinkDialog, ShareConfirm, UploadDialog } from './share-dialogs.tsx'

type Step =
  | { readonly kind: 'confirm'; readonly paths: readonly string[] }
  | {
      readonly kind: 'upload'
      readonly progress: UploadProgress | undefined
      readonly stopping: AbortController
    }
  | { readonly kind: 'link'; readonly made: { readonly id: TransferId; readonly link: string } | undefined }

export interface Share {
  readonly choose: (what: 'files' | 'folders') => void
  /** Asks first: the files were opened outside. */
  readonly confirm: (paths: readonly string[]) => void
  /** Within the drop event. */
  readonly dropped: (data: DataTransfer) => void
  /** Of the browser's own computer, where `capabilities.upload` is set. */
  readonly chooseHere: (what: 'files' | 'folders') => void
  /** A dialog is open. */
  readonly isOpen: boolean
  readonly dialog: ReactNode
}

export function useShare(props: {
  readonly onShared: (id: TransferId) => void
  readonly onSettings: () => void
}): Share {
  const { onShared, onSettings } = props
  const engine = useEngine()
  const toasts = useToasts()
  const picker = usePicker()
  const uploadBase = useApp().capabilities.upload
  const [step, setStep] = useState<Step>()
  /** Only what the person has closed: the next step may be there already. */
  const close = useCallback((kind: Step['kind']) => {
    setStep((now) => (now?.kind === kind ? undefined : now))
  }, [])

  const create = useCallback(
    async (paths: readonly string[]): Promise<void> => {
      if (paths.length === 0) throw new AppError('share.empty')
      const making: Step = { kind: 'link', made: undefined }
      setStep(making)
      try {
        const made = await engine.call('share.create', { paths: [...paths] })
        // Unless the person has closed the dialog meanwhile.
        setStep((now) => (now === making ? { kind: 'link', made } : now))
        onShared(made.id)
      } catch (thrown) {
        setStep((now) => (now === making ? undefined : now))
        throw thrown
      }
    },
    [engine, onShared],
  )

  const send = useCallback(
    async (read: (signal: AbortSignal) => Promise<LooseFile[]>): Promise<void> => {
      if (uploadBase === null) throw new AppError('api.unavailable')
      const stopping = new AbortController()
      const { signal } = stopping
      setStep({ kind: 'upload', progress: undefined, stopping })
      try {
        const files = await read(signal)
        const onProgress = (progress: UploadProgress): void => {
          if (!signal.aborted) setStep({ kind: 'upload', progress, stopping })
        }
        const paths = await upload(files, uploadWire(uploadBase), onProgress, signal)
        await create(paths)
      } catch (thrown) {
        if (signal.aborted) return
        setStep(undefined)
        throw toAppError(thrown)
      }
    },
    [create, uploadBase],
  )

  const choose = (what: 'files' | 'folders'): void => {
    picker
      .pick(what, null)
      .then((paths) => (paths.length === 0 ? undefined : create(paths)))
      .catch(toasts.fail)
  }
  const dropped = (data: DataTransfer): void => {
    const paths = pathsOf(data.files)
    // Reading must begin within the event.
    const work = paths === undefined ? send((signal) => readDropped(data, signal)) : create(paths)
    work.catch(toasts.fail)
  }
  const chooseHere = (what: 'files' | 'folders'): void => {
    chooseInBrowser(what)
      .then((files) => (files.length === 0 ? undefined : send(() => Promise.resolve(files))))
      .catch(toasts.fail)
  }

  return {
    choose,
    dropped,
    chooseHere,
    confirm: (paths) => setStep({ kind: 'confirm', paths }),
    isOpen: step !== undefined || picker.dialog !== null,
    dialog: (
      <>
        {picker.dialog}
        <ShareDialogs
          step={step}
          onShare={(paths) => void create(paths).catch(toasts.fail)}
          onSettings={() => {
            close('link')
            onSettings()
          }}
          onClose={close}
        />
      </>
    ),
  }
}

function ShareDialogs(props: {
  readonly step: Step | undefined
  readonly onShare: (paths: readonly string[]) => void
  readonly onSettings: () => void
  readonly onClose: (kind: Step['kind']) => void
}): ReactNode {
  const { step, onShare, onSettings, onClose } = props
  switch (step?.kind) {
    case undefined:
      return null
    case 'confirm':
      return (
        <ShareConfirm
          paths={step.paths}
          onConfirm={() => onShare(step.paths)}
          onClose={() => onClose('confirm')}
        />
      )
    case 'upload':
      return (
        <UploadDialog
          progress={step.progress}
          onCancel={() => {
            step.stopping.abort()
            onClose('upload')
          }}
        />
      )
    case 'link':
      return <LinkDialog made={step.made} onSettings={onSettings} onClose={() => onClose('link')} />
  }
}

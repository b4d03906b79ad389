/**
 * Takes what is dropped or pasted anywhere in the window: files to share, or a link to receive, which may stand in the
 * middle of a message. Says before a drop what will become of it.
 */

import { useEffect, useRef, useState, type ReactNode } from 'react'
import { AppError } from '#shared/errors.ts'
import { holdsFiles, holdsText } from '../../host/dropped.ts'
import { useToasts } from '../../parts/notes.tsx'
import { useApp } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { linkInText } from './link-in-text.ts'
import { TransferMark } from './transfer-mark.tsx'
import './drop-overlay.css'

interface WindowInputProps {
  /** False while a dialog asks something else. */
  readonly isEnabled: boolean
  /** Within the event. */
  readonly onFiles: (data: DataTransfer) => void
  readonly onLink: (link: string) => void
}

type Held = 'files' | 'text'

export function WindowInput(props: WindowInputProps): ReactNode {
  const { isEnabled } = props
  const toasts = useToasts()
  const [over, setOver] = useState<Held>()
  const take = useRef<(data: DataTransfer) => void>(null)
  useEffect(() => {
    take.current = (data) => {
      const held = heldIn(data)
      if (held === 'files') return props.onFiles(data)
      const link = linkInText(data.getData('text/plain'))
      if (link === undefined) toasts.fail(new AppError('link.not-a-link'))
      else props.onLink(link)
    }
  })
  useEffect(() => {
    const stopping = new AbortController()
    const { signal } = stopping
    /** Words that are dragged about in the window itself were not brought here. */
    let isOwn = false
    window.addEventListener('dragstart', () => (isOwn = true), { signal })
    window.addEventListener('dragend', () => (isOwn = false), { signal })
    /** What is ours of it: a field takes words itself. */
    const ours = (event: Event, data: DataTransfer | null): Held | undefined => {
      const held = heldIn(data)
      return held === 'text' && (!isEnabled || isOwn || isField(event.target)) ? undefined : held
    }
    const onDrag = (event: DragEvent): void => {
      const held = ours(event, event.dataTransfer)
      if (held === undefined) return setOver(undefined)
      // Also while a dialog is open: otherwise the browser leaves the page and shows the file.
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = isEnabled ? 'copy' : 'none'
      setOver(isEnabled ? held : undefined)
    }
    window.addEventListener('dragenter', onDrag, { signal })
    window.addEventListener('dragover', onDrag, { signal })
    window.addEventListener(
      'dragleave',
      (event) => {
        // Between two elements of the page it leaves as well; out of the window it enters nothing.
        if (event.relatedTarget === null) setOver(undefined)
      },
      { signal },
    )
    window.addEventListener(
      'drop',
      (event) => {
        setOver(undefined)
        if (ours(event, event.dataTransfer) === undefined) return
        event.preventDefault()
        if (isEnabled && event.dataTransfer !== null) take.current?.(event.dataTransfer)
      },
      { signal },
    )
    window.addEventListener(
      'paste',
      (event) => {
        if (!isEnabled || isField(event.target) || heldIn(event.clipboardData) === undefined) return
        event.preventDefault()
        if (event.clipboardData !== null) take.current?.(event.clipboardData)
      },
      { signal },
    )
    return () => stopping.abort()
  }, [isEnabled])
  return over === undefined ? null : <Overlay held={over} />
}

function Overlay({ held }: { readonly held: Held }): ReactNode {
  const words = useText().transfers.drop
  const isUpload = useApp().capabilities.upload !== null
  const [title, said] =
    held === 'text'
      ? [words.linkTitle, words.linkWords]
      : isUpload
        ? [words.uploadTitle, words.uploadWords]
        : [words.title, words.words]
  return (
    <output className="drop-overlay">
      <span className="drop-place">
        <TransferMark mark={held === 'text' ? 'receiving' : 'sharing'} share={1} size={88} />
        <span className="drop-title">{title}</span>
        <span className="drop-words">{said}</span>
      </span>
    </output>
  )
}

/** A file manager's files have names as text beside them: then it is the files that are meant. */
function heldIn(data: DataTransfer | null): Held | undefined {
  if (holdsFiles(data)) return 'files'
  return holdsText(data) ? 'text' : undefined
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null
}

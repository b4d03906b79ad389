/** Takes files that are dropped anywhere in the window, and says before what will become of them. */

import { useEffect, useRef, useState, type ReactNode } from 'react'
import { holdsFiles } from '../../host/dropped.ts'
import { useApp } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { TransferMark } from './transfer-mark.tsx'
import './drop-overlay.css'

interface DropOverlayProps {
  /** False while a dialog asks something else. */
  readonly isEnabled: boolean
  readonly onDrop: (data: DataTransfer) => void
}

export function DropOverlay({ isEnabled, onDrop }: DropOverlayProps): ReactNode {
  const words = useText().transfers.drop
  const isUpload = useApp().capabilities.upload !== null
  const [isOver, setIsOver] = useState(false)
  const drop = useRef(onDrop)
  useEffect(() => {
    drop.current = onDrop
  })
  useEffect(() => {
    const stopping = new AbortController()
    const { signal } = stopping
    const onDrag = (event: DragEvent): void => {
      if (!holdsFiles(event.dataTransfer)) return
      // Also while a dialog is open: otherwise the browser leaves the page and shows the file.
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = isEnabled ? 'copy' : 'none'
      setIsOver(isEnabled)
    }
    window.addEventListener('dragenter', onDrag, { signal })
    window.addEventListener('dragover', onDrag, { signal })
    window.addEventListener(
      'dragleave',
      (event) => {
        // Between two elements of the page it leaves as well; out of the window it enters nothing.
        if (event.relatedTarget === null) setIsOver(false)
      },
      { signal },
    )
    window.addEventListener(
      'drop',
      (event) => {
        if (!holdsFiles(event.dataTransfer)) return
        event.preventDefault()
        setIsOver(false)
        if (isEnabled && event.dataTransfer !== null) drop.current(event.dataTransfer)
      },
      { signal },
    )
    return () => stopping.abort()
  }, [isEnabled])
  if (!isOver) return null
  return (
    <output className="drop-overlay">
      <span className="drop-place">
        <TransferMark mark="sharing" share={1} size={88} />
        <span className="drop-title">{isUpload ? words.uploadTitle : words.title}</span>
        <span className="drop-words">{isUpload ? words.uploadWords : words.words}</span>
      </span>
    </output>
  )
}

/** Copies a text and says so, to eyes and to screen readers. */

import { useEffect, useState, type ReactNode } from 'react'
import { Check, Copy } from 'lucide-react'
import { copyText } from '../host/clipboard.ts'
import { useText } from '../text/text-context.tsx'
import { Button, IconButton, type ButtonKind } from './button.tsx'
import { useToasts } from './notes.tsx'

/** How long it says so, milliseconds. */
const SAID_MS = 2000

interface CopyButtonProps {
  readonly value: string
  readonly label: string
  readonly kind?: ButtonKind
  /** Only the picture. */
  readonly isSmall?: boolean
  readonly autoFocus?: boolean
}

export function CopyButton({
  value,
  label,
  kind = 'plain',
  isSmall = false,
  autoFocus = false,
}: CopyButtonProps): ReactNode {
  const text = useText()
  const toasts = useToasts()
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = setTimeout(() => setIsCopied(false), SAID_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = (): void => {
    copyText(value).then(() => {
      setIsCopied(true)
    }, toasts.fail)
  }
  const icon = isCopied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />
  return (
    <>
      {isSmall ? (
        <IconButton label={isCopied ? text.common.copied : label} autoFocus={autoFocus} onPress={copy}>
          {icon}
        </IconButton>
      ) : (
        <Button kind={kind} icon={icon} autoFocus={autoFocus} onPress={copy}>
          {isCopied ? text.common.copied : label}
        </Button>
      )}
      <span className="hidden-visually" role="status">
        {isCopied ? text.common.copied : ''}
      </span>
    </>
  )
}

/** A link to be scanned with a phone. */

import { useMemo, type ReactNode } from 'react'
import { qrPath } from './qr-path.ts'

interface QrCodeProps {
  readonly text: string
  /** What it is, read aloud. */
  readonly label: string
}

export function QrCode({ text, label }: QrCodeProps): ReactNode {
  const { size, path } = useMemo(() => qrPath(text), [text])
  return (
    <svg
      className="link-qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  )
}

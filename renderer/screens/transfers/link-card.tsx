/** A share's link: to copy, to select, to scan, and how far it reaches. */

import type { ReactNode } from 'react'
import { Globe, Router } from 'lucide-react'
import type { TransferView } from '#shared/api/views.ts'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { useText } from '../../text/text-context.tsx'
import { QrCode } from '../deferred-parts.ts'
import './link-card.css'

/** Letters of the link’s end that always show: enough to tell two links apart. */
const TAIL_LETTERS = 10

interface LinkCardProps {
  readonly link: string
  /** Undefined while that is not known yet. */
  readonly linkReach: TransferView['linkReach'] | undefined
  readonly onSettings?: () => void
  /** The button to copy it is what the dialog is for. */
  readonly autoFocus?: boolean
}

export function LinkCard({ link, linkReach, onSettings, autoFocus = false }: LinkCardProps): ReactNode {
  const text = useText()
  return (
    <section className="link-card" aria-label={text.transfers.link.label}>
      <div className="link-qr-place">
        <QrCode text={link} label={text.transfers.link.qr} />
      </div>
      <div className="link-card-main">
        <LinkLine link={link} />
        <div className="link-card-actions">
          <CopyButton value={link} label={text.transfers.link.copy} kind="primary" autoFocus={autoFocus} />
        </div>
        {linkReach === undefined ? null : (
          <div className="link-card-reach">
            {linkReach === 'network' ? <Router aria-hidden="true" /> : <Globe aria-hidden="true" />}
            <p>{text.transfers.link[linkReach]}</p>
          </div>
        )}
        {linkReach === 'network' && onSettings !== undefined ? (
          <div className="link-card-actions">
            <Button kind="quiet" onPress={onSettings}>
              {text.transfers.link.toSettings}
            </Button>
          </div>
        ) : null}
      </div>
    </section>
  )
}

/** In one line with both ends in sight; what is copied out of it is the whole link. */
function LinkLine({ link }: { readonly link: string }): ReactNode {
  return (
    <div
      className="link-line mono"
      title={link}
      onCopy={(event) => {
        event.clipboardData.setData('text/plain', link)
        event.preventDefault()
      }}
    >
      <span className="link-line-start">{link.slice(0, -TAIL_LETTERS)}</span>
      <span>{link.slice(-TAIL_LETTERS)}</span>
    </div>
  )
}

/** From a link to a transfer: what is offered is seen, chosen and agreed to before anything is written. */

import { useState, type ReactNode } from 'react'
import type { TransferId } from '#shared/api/views.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Note } from '../../parts/notes.tsx'
import { Spinner } from '../../parts/progress.tsx'
import { useStream } from '../../parts/use-stream.ts'
import { errorText, useFormat, useText } from '../../text/text-context.tsx'
import { OfferDialog } from './offer-dialog.tsx'
import { ReceiveLink } from './receive-link.tsx'
import './receive-dialog.css'

interface ReceiveDialogProps {
  /** Opened outside; null: the person pastes one. */
  readonly link: string | null
  /** Agreed to, or here already. */
  readonly onShow: (id: TransferId) => void
  readonly onClose: () => void
}

export function ReceiveDialog({ link, onShow, onClose }: ReceiveDialogProps): ReactNode {
  const [wanted, setWanted] = useState(link)
  // A new number looks anew at the same link.
  const [attempt, setAttempt] = useState(0)
  if (wanted === null) return <ReceiveLink onLink={setWanted} onClose={onClose} />
  return (
    <Look
      key={attempt}
      link={wanted}
      onRetry={() => setAttempt((count) => count + 1)}
      onOtherLink={() => setWanted(null)}
      onShow={onShow}
      onClose={onClose}
    />
  )
}

interface LookProps {
  readonly link: string
  readonly onRetry: () => void
  readonly onOtherLink: () => void
  readonly onShow: (id: TransferId) => void
  readonly onClose: () => void
}

function Look({ link, onRetry, onOtherLink, onShow, onClose }: LookProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.transfers.receive
  const { item, error } = useStream('offer.open', { link })
  if (error !== undefined) {
    return (
      <Dialog
        title={words.failedTitle}
        size="small"
        onClose={onClose}
        actions={
          <>
            <Button onPress={onOtherLink}>{words.otherLink}</Button>
            <Button kind="primary" autoFocus onPress={onRetry}>
              {text.common.retry}
            </Button>
          </>
        }
      >
        <Note tone="bad">{errorText(text, error.code)}</Note>
      </Dialog>
    )
  }
  if (item === undefined || item.description === null) {
    const peers = item?.peerCount ?? 0
    return (
      <Dialog
        title={words.looking}
        size="small"
        onClose={onClose}
        actions={<Button onPress={onClose}>{text.common.cancel}</Button>}
      >
        <output className="receive-looking">
          <Spinner label={text.common.loading} />
          <span>
            {peers > 0
              ? words.peers(text.common.devices(peers, format.count(peers)))
              : words.lookingHow[item?.coordinator ?? 'connecting']}
          </span>
        </output>
      </Dialog>
    )
  }
  return <OfferDialog offer={item} description={item.description} onShow={onShow} onClose={onClose} />
}

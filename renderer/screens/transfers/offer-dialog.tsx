/** What a link offers: to look through, to choose from, and to agree to or not. */

import { useState, type ReactNode } from 'react'
import type { OfferEvent, Selection } from '#shared/api/transfer-views.ts'
import type { OfferView, TransferId } from '#shared/api/views.ts'
import { usePicker } from '../../host/picker.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FileName } from '../../parts/file-name.tsx'
import { FileTree } from '../../parts/file-tree.tsx'
import { Spinner } from '../../parts/progress.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useNow } from '../../parts/use-now.ts'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { Destination } from './offer-destination.tsx'
import { roomFor, type Wanted } from './offer-room.ts'
import { TransferMark } from './transfer-mark.tsx'
import { useSpace } from './use-space.ts'

interface OfferDialogProps {
  readonly offer: OfferEvent
  readonly description: OfferView
  readonly onShow: (id: TransferId) => void
  readonly onClose: () => void
}

export function OfferDialog({ offer, description, onShow, onClose }: OfferDialogProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const engine = useEngine()
  const picker = usePicker()
  const { isBusy, run } = useAction()
  const downloads = useApp().settings.general.downloadFolder
  const [destination, setDestination] = useState(downloads)
  const [selection, setSelection] = useState<Selection>(null)
  const [wanted, setWanted] = useState<Wanted>({
    sizeBytes: description.totalBytes,
    fileCount: description.fileCount,
    isComplete: true,
  })
  const space = useSpace(destination)
  const room = roomFor(wanted, space)
  const { existing } = offer
  const words = text.transfers.receive
  const isNothing = selection !== null && selection.paths.length === 0

  const accept = async (): Promise<void> => {
    const { id } = await engine.call('offer.accept', { offer: offer.offer, destination, selection })
    onShow(id)
  }
  const change = async (): Promise<void> => {
    const [chosen] = await picker.pick('destination', destination)
    if (chosen !== undefined) setDestination(chosen)
  }
  const size = format.bytes(wanted.sizeBytes)
  const actions =
    existing === null ? (
      <>
        <output className="offer-chosen muted tabular">
          {isNothing
            ? words.nothingChosen
            : words.chosen(size, text.common.files(wanted.fileCount, format.count(wanted.fileCount)))}
        </output>
        <Button onPress={onClose}>{words.decline}</Button>
        <Button
          kind="primary"
          isDisabled={isNothing || !room.isEnough}
          isPending={isBusy}
          onPress={() => run(accept)}
        >
          {words.accept}
        </Button>
      </>
    ) : (
      <>
        <Button onPress={onClose}>{text.common.close}</Button>
        <Button kind="primary" autoFocus onPress={() => onShow(existing)}>
          {words.showExisting}
        </Button>
      </>
    )
  return (
    <>
      <Dialog
        title={existing === null ? words.offerTitle : words.existingTitle}
        size={existing === null ? 'large' : 'medium'}
        onClose={onClose}
        actions={actions}
      >
        <OfferHead description={description} />
        {existing === null ? null : <p>{words.existing}</p>}
        {existing !== null ? null : offer.state === 'listed' ? (
          <div className="offer-files">
            <FileTree
              key={offer.offer}
              label={words.files}
              version={0}
              load={(path) => engine.call('offer.folder', { offer: offer.offer, path })}
              selection={selection}
              onSelect={(next, sums) => {
                setSelection(next)
                setWanted(sums)
              }}
            />
          </div>
        ) : (
          <output className="offer-files offer-files-coming">
            <Spinner label={text.common.loading} />
            <span>{words.filesComing}</span>
          </output>
        )}
        {existing === null ? (
          <Destination
            path={destination}
            space={space}
            room={room}
            neededBytes={wanted.sizeBytes}
            onChange={() => run(change)}
          />
        ) : null}
      </Dialog>
      {picker.dialog}
    </>
  )
}

function OfferHead({ description }: { readonly description: OfferView }): ReactNode {
  const text = useText()
  const format = useFormat()
  const nowMs = useNow()
  const words = text.transfers.receive
  const { title, sender, totalBytes, fileCount, createdAtMs } = description
  const facts = [
    sender === '' ? words.nobody : words.sender(sender),
    format.bytes(totalBytes),
    text.common.files(fileCount, format.count(fileCount)),
    words.created(format.ago(createdAtMs, nowMs)),
  ]
  return (
    <div className="offer-head">
      <TransferMark mark="receiving" share={0} size={48} />
      <div className="offer-title">
        <h3>
          <FileName name={title} />
        </h3>
        <p>{facts.join(' · ')}</p>
      </div>
    </div>
  )
}

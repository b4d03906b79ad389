/** The files of a transfer with what is done of each; of an unfinished one, other files can be chosen. */

import { useCallback, useEffect, useState, type ReactNode } from 'react'
import type { Selection } from '#shared/api/transfer-views.ts'
import type { TransferView } from '#shared/api/views.ts'
import { Button } from '../../parts/button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { FileTree } from '../../parts/file-tree.tsx'
import type { Sums } from '../../parts/selection.ts'
import { useAction } from '../../parts/use-action.ts'
import { useEngine } from '../../state/app-context.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { readSelection } from './wanted-selection.ts'

interface Draft {
  readonly selection: Selection
  readonly sums: Sums
}

export function FilesTab({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const engine = useEngine()
  const { id } = view
  const load = useCallback((path: string) => engine.call('transfer.folder', { id, path }), [engine, id])
  const canChoose = view.role === 'get' && view.finishedAtMs === null && view.state !== 'offered'
  const [round, setRound] = useState(0)
  const current = useCurrentSelection(load, canChoose, round)
  const [draft, setDraft] = useState<Draft>()
  const { isBusy, run } = useAction()

  const hasList = view.fileCount > 0
  if (!hasList && view.state !== 'finished') return <Empty title={text.details.chooser.unlisted} />
  const selection = canChoose ? (draft?.selection ?? current) : undefined
  const apply = (): void => {
    if (draft === undefined) return
    run(async () => {
      await engine.call('transfer.select', { id, selection: draft.selection })
      setDraft(undefined)
      setRound((count) => count + 1)
    })
  }
  return (
    <div className="files">
      {canChoose ? <p className="files-hint">{text.details.chooser.hint}</p> : null}
      <FileTree
        label={text.details.chooser.label}
        load={load}
        version={view.doneBytes + view.totalBytes + round}
        selection={selection}
        onSelect={(next, sums) => setDraft({ selection: next, sums })}
        hasProgress={view.role === 'get'}
      />
      {draft === undefined ? null : (
        <ApplyBar draft={draft} isBusy={isBusy} onApply={apply} onDiscard={() => setDraft(undefined)} />
      )}
    </div>
  )
}

/** Undefined until it is known, and where nothing is to be chosen. @param round asked again when it changes */
function useCurrentSelection(
  load: Parameters<typeof readSelection>[0],
  canChoose: boolean,
  round: number,
): Selection | undefined {
  const [current, setCurrent] = useState<Selection>()
  useEffect(() => {
    if (!canChoose) return undefined
    let isOver = false
    readSelection(load).then(
      (selection) => {
        if (!isOver) setCurrent(selection)
      },
      // The tree asks for the same folders and says what is wrong with them.
      () => undefined,
    )
    return () => {
      isOver = true
    }
  }, [load, canChoose, round])
  return current
}

interface ApplyBarProps {
  readonly draft: Draft
  readonly isBusy: boolean
  readonly onApply: () => void
  readonly onDiscard: () => void
}

function ApplyBar({ draft, isBusy, onApply, onDiscard }: ApplyBarProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.details.chooser
  const { sizeBytes, fileCount, isComplete } = draft.sums
  const isNothing = draft.selection?.paths.length === 0
  const files = text.common.files(fileCount, format.count(fileCount))
  return (
    <div className="files-apply">
      <output className="files-sums tabular">
        {isNothing
          ? words.nothing
          : isComplete
            ? words.changed(files, format.bytes(sizeBytes))
            : words.changedUnknown}
      </output>
      <Button onPress={onDiscard}>{words.discard}</Button>
      <Button kind="primary" isDisabled={isNothing || isBusy} onPress={onApply}>
        {words.apply}
      </Button>
    </div>
  )
}

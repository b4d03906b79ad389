/** The files of a transfer with what is done of each; of an unfinished one, other files can be chosen. */

import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { Selection } from '#shared/api/transfer-views.ts'
import type { TransferView } from '#shared/api/views.ts'
import { Button } from '../../parts/button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { FileTree, type ActiveEntry } from '../../parts/file-tree.tsx'
import type { Sums } from '../../parts/selection.ts'
import { useAction } from '../../parts/use-action.ts'
import { useEngine } from '../../state/app-context.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { FetchOrderBar } from './fetch-order-bar.tsx'
import { readSelection, shareAnswers, type LoadFolder } from './wanted-selection.ts'

interface Draft {
  readonly selection: Selection
  readonly sums: Sums
}

export function FilesTab({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const engine = useEngine()
  const { id } = view
  const load = useMemo(
    () => shareAnswers((path) => engine.call('transfer.folder', { id, path })),
    [engine, id],
  )
  const canChoose = view.role === 'get' && view.finishedAtMs === null && view.state !== 'offered'
  const [current, setCurrent] = useCurrentSelection(load, canChoose, view)
  const [draft, setDraft] = useState<Draft>()
  const { isBusy, run } = useAction()
  const [active, setActive] = useState<ActiveEntry>()
  /** What a folder says is another thing after each. */
  const [changes, setChanges] = useState(0)
  const reload = (): void => setChanges((count) => count + 1)
  const pane = useRef<HTMLDivElement>(null)
  /** The buttons go, and the keyboard with them: back to what they were about. */
  const endDraft = (): void => {
    setDraft(undefined)
    pane.current?.querySelector<HTMLElement>('[role="tree"]')?.focus()
  }

  if (view.fileCount === 0 && view.state !== 'finished')
    return <Empty title={text.details.chooser.unlisted} />
  const apply = (): void => {
    if (draft === undefined) return
    run(async () => {
      await engine.call('transfer.select', { id, selection: draft.selection })
      // The ticks stay until the engine has said the same.
      setCurrent(await readSelection(load))
      endDraft()
    })
  }
  return (
    <div ref={pane} className="files">
      {canChoose ? <p className="files-hint">{text.details.chooser.hint}</p> : null}
      <FileTree
        label={text.details.chooser.label}
        load={load}
        version={view.doneBytes + view.totalBytes + changes}
        selection={canChoose ? (draft === undefined ? current : draft.selection) : undefined}
        onSelect={(selection, sums) => setDraft({ selection, sums })}
        hasProgress={view.role === 'get'}
        onActive={setActive}
      />
      {canChoose && draft === undefined ? (
        <FetchOrderBar view={view} active={active} onChanged={reload} />
      ) : null}
      {draft === undefined ? null : (
        <ApplyBar draft={draft} isBusy={isBusy} onApply={apply} onDiscard={endDraft} />
      )}
    </div>
  )
}

/** Undefined until it is known. Read again when another window has chosen: the total is another then. */
function useCurrentSelection(
  load: LoadFolder,
  isNeeded: boolean,
  { isPartial, totalBytes }: TransferView,
): [Selection | undefined, (selection: Selection) => void] {
  const [current, setCurrent] = useState<Selection | undefined>(isPartial ? undefined : null)
  useEffect(() => {
    if (!isNeeded) return undefined
    let isOver = false
    const reading = isPartial ? readSelection(load) : Promise.resolve(null)
    reading.then(
      (selection) => {
        if (!isOver) setCurrent(selection)
      },
      // The tree asks for the same folders and says what is wrong with them.
      () => undefined,
    )
    return () => {
      isOver = true
    }
  }, [load, isNeeded, isPartial, totalBytes])
  return [current, setCurrent]
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

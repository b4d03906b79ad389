/** A dialog over the folders of the engine's computer, for a page that cannot see them. */

import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react'
import { CornerLeftUp, File, Folder, HardDrive, House, Download, Monitor } from 'lucide-react'
import type { HostFolder } from '#shared/api/host-views.ts'
import { toAppError } from '#shared/errors.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Checkbox, TextField } from '../parts/fields.tsx'
import { Note } from '../parts/notes.tsx'
import { Spinner } from '../parts/progress.tsx'
import { useStateOf } from '../parts/use-state-of.ts'
import { useEngine } from '../state/app-context.tsx'
import { errorText, useFormat, useText } from '../text/text-context.tsx'
import type { PickWhat } from './picker.tsx'
import './host-browser.css'

interface HostBrowserProps {
  readonly what: PickWhat
  readonly startAt: string | null
  readonly onEnd: (paths: readonly string[]) => void
}

const NONE: ReadonlySet<string> = new Set()

const PLACE_ICONS = {
  home: <House aria-hidden="true" />,
  downloads: <Download aria-hidden="true" />,
  desktop: <Monitor aria-hidden="true" />,
  disk: <HardDrive aria-hidden="true" />,
}

export function HostBrowser({ what, startAt, onEnd }: HostBrowserProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const { folder, typed, setTyped, error, isNew, isLoading, open } = useHostFolder(startAt)
  const [chosen, setChosen] = useStateOf<ReadonlySet<string>>(folder?.path, NONE)
  const isDestination = what === 'destination'
  const entries = (folder?.entries ?? []).filter((entry) => what === 'files' || entry.kind === 'folder')
  const paths = isDestination ? [isNew ? typed : (folder?.path ?? typed)] : [...chosen]
  const title = {
    files: text.host.filesTitle,
    folders: text.host.foldersTitle,
    destination: text.host.destinationTitle,
  }
  return (
    <Dialog
      title={title[what]}
      size="large"
      onClose={() => onEnd([])}
      actions={
        <>
          <Button onPress={() => onEnd([])}>{text.common.cancel}</Button>
          <Button
            kind="primary"
            isDisabled={paths.length === 0 || (paths[0] ?? '') === '' || (error !== undefined && !isNew)}
            onPress={() => onEnd(paths)}
          >
            {isDestination
              ? text.host.useFolder
              : text.host.chooseCount(chosen.size, format.count(chosen.size))}
          </Button>
        </>
      }
    >
      <p className="muted">{text.host.note}</p>
      <form
        className="host-path"
        onSubmit={(event) => {
          event.preventDefault()
          open(typed)
        }}
      >
        <TextField
          label={text.host.path}
          isMono
          value={typed}
          onChange={setTyped}
          error={error !== undefined && !(isDestination && isNew) ? errorText(text, error) : undefined}
          hint={isDestination && isNew ? text.host.willBeMade : undefined}
          action={
            <>
              <Button type="submit">{text.host.go}</Button>
              <IconButton
                label={text.host.up}
                isDisabled={folder?.parent === null || folder === undefined}
                onPress={() => open(folder?.parent ?? null)}
              >
                <CornerLeftUp aria-hidden="true" />
              </IconButton>
            </>
          }
        />
      </form>
      <div className="host-places" role="group" aria-label={text.host.places}>
        {(folder?.places ?? []).map((place) => (
          <Button
            key={`${place.kind}${place.path}`}
            icon={PLACE_ICONS[place.kind]}
            onPress={() => open(place.path)}
          >
            {place.kind === 'disk' && place.path !== '/' ? place.path : text.host.place[place.kind]}
          </Button>
        ))}
      </div>
      {folder?.isCut === true ? <Note tone="info">{text.host.cut}</Note> : null}
      <ul className="host-list scroll" aria-label={text.host.entries}>
        {entries.length > 0 ? null : (
          <li className="host-none muted">
            {isLoading ? <Spinner label={text.common.loading} /> : text.host.emptyFolder}
          </li>
        )}
        {entries.map((entry) => (
          <HostRow
            key={entry.path}
            entry={entry}
            isChosen={chosen.has(entry.path)}
            {...(isDestination ? {} : { onChoose: () => setChosen(toggled(chosen, entry.path)) })}
            {...(entry.kind === 'folder' ? { onOpen: () => open(entry.path) } : {})}
          />
        ))}
      </ul>
    </Dialog>
  )
}

interface HostRowProps {
  readonly entry: HostFolder['entries'][number]
  readonly isChosen: boolean
  readonly onChoose?: () => void
  readonly onOpen?: () => void
}

/** A folder's name opens it; the box beside it chooses it as a whole. A file's name chooses it. */
function HostRow({ entry, isChosen, onChoose, onOpen }: HostRowProps): ReactNode {
  const format = useFormat()
  const main = onOpen ?? onChoose
  return (
    <li className={isChosen ? 'host-row host-row-chosen' : 'host-row'}>
      {onChoose === undefined ? null : (
        <Checkbox aria-label={entry.name} isSelected={isChosen} onChange={onChoose}>
          {null}
        </Checkbox>
      )}
      <button type="button" className="host-open" onClick={main} tabIndex={onOpen === undefined ? -1 : 0}>
        <span className="host-kind">
          {entry.kind === 'folder' ? <Folder aria-hidden="true" /> : <File aria-hidden="true" />}
        </span>
        <span className="truncate host-name" title={entry.name}>
          {entry.name}
        </span>
        <span className="muted tabular">{entry.kind === 'file' ? format.bytes(entry.sizeBytes) : ''}</span>
      </button>
    </li>
  )
}

function toggled(chosen: ReadonlySet<string>, path: string): Set<string> {
  const next = new Set(chosen)
  if (!next.delete(path)) next.add(path)
  return next
}

interface Browsing {
  readonly folder: HostFolder | undefined
  readonly typed: string
  readonly setTyped: (path: string) => void
  /** Code of why the typed folder cannot be shown. */
  readonly error: string | undefined
  /** It is not there, and could be made. */
  readonly isNew: boolean
  readonly isLoading: boolean
  readonly open: (path: string | null) => void
}

function useHostFolder(startAt: string | null): Browsing {
  const engine = useEngine()
  const [folder, setFolder] = useState<HostFolder>()
  const [typed, setTyped] = useState(startAt ?? '')
  const [error, setError] = useState<string>()
  const [isLoading, setIsLoading] = useState(true)
  /** Counts the folders asked for: an answer that comes after a later question is not shown. */
  const asked = useRef(0)
  /** The person has changed the text since the last question: no answer may overwrite it. */
  const isTyping = useRef(false)
  const ask = useCallback(
    (path: string | null, otherwise?: () => void) => {
      const number = ++asked.current
      isTyping.current = false
      engine.call('host.folder', { path }).then(
        (found) => {
          if (number !== asked.current) return
          setFolder(found)
          if (!isTyping.current) setTyped(found.path)
          setError(undefined)
          setIsLoading(false)
        },
        (thrown: unknown) => {
          if (number !== asked.current) return
          if (otherwise !== undefined) {
            otherwise()
            return
          }
          setError(toAppError(thrown).code)
          if (path !== null && !isTyping.current) setTyped(path)
          setIsLoading(false)
        },
      )
    },
    [engine],
  )
  const open = useCallback(
    (path: string | null) => {
      setIsLoading(true)
      ask(path)
    },
    [ask],
  )
  // The remembered folder may be gone: then begin where people usually do.
  useEffect(() => ask(startAt, () => ask(null)), [ask, startAt])
  const type = useCallback((text: string) => {
    isTyping.current = true
    setTyped(text)
  }, [])
  return { folder, typed, setTyped: type, error, isNew: error === 'source.not-found', isLoading, open }
}

/** Who is connected, over which route, and why over that one. */

import type { ReactNode } from 'react'
import { CircleAlert, FastForward, Hourglass, Link, Moon, Pause, Play, WifiOff } from 'lucide-react'
import type { TransferView } from '#shared/api/views.ts'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Note } from '../../parts/notes.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useEngine } from '../../state/app-context.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { toggleLabel } from '../transfers/transfer-abilities.ts'
import { missingWords } from './missing-words.ts'
import { nobodyWords, type NobodyWords } from './nobody-words.ts'
import { PeerRow } from './peer-row.tsx'
import { SwarmLegend } from './swarm-legend.tsx'
import { SwarmMap } from './swarm-map.tsx'
import './connections-tab.css'

export function ConnectionsTab({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  if (view.peers.length === 0)
    return (
      <>
        <Missing view={view} />
        <Nobody view={view} />
      </>
    )
  return (
    <div className="connections">
      <Missing view={view} />
      {view.coordinator === 'offline' ? <Note tone="warn">{text.details.coordinatorOffline}</Note> : null}
      <div className="connections-map">
        <SwarmMap peers={view.peers} />
        <SwarmLegend />
      </div>
      <ul className="peers" aria-label={text.details.peers.list}>
        {view.peers.map((peer) => (
          <PeerRow key={peer.peer} peer={peer} />
        ))}
      </ul>
    </div>
  )
}

/** What cannot come from those who are here. */
function Missing({ view: { missing } }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const format = useFormat()
  return missing === null ? null : <Note tone="warn">{missingWords(missing, text, format)}</Note>
}

function NobodyIcon(props: { readonly view: TransferView; readonly help: NobodyWords['help'] }): ReactNode {
  const { state, coordinator } = props.view
  if (state === 'failed') return <CircleAlert aria-hidden="true" />
  if (props.help === 'resume') {
    return state === 'paused' ? <Pause aria-hidden="true" /> : <Moon aria-hidden="true" />
  }
  if (coordinator === 'offline') return <WifiOff aria-hidden="true" />
  return props.help === 'link' ? <Link aria-hidden="true" /> : <Hourglass aria-hidden="true" />
}

function Nobody({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const engine = useEngine()
  const { isBusy, run } = useAction()
  const { title, words, help } = nobodyWords(view, text)
  return (
    <Empty
      picture={
        <span className="connections-none">
          <NobodyIcon view={view} help={help} />
        </span>
      }
      title={title}
      actions={
        help === 'link' ? (
          <CopyButton value={view.link} label={text.details.copyLink} kind="primary" />
        ) : help === 'start' ? (
          <Button
            kind="primary"
            icon={<FastForward aria-hidden="true" />}
            isDisabled={isBusy}
            onPress={() => run(() => engine.call('transfer.startNow', { id: view.id }))}
          >
            {text.transfers.action.startNow}
          </Button>
        ) : help === 'resume' ? (
          <Button
            kind="primary"
            icon={<Play aria-hidden="true" />}
            isDisabled={isBusy}
            onPress={() => run(() => engine.call('transfer.resume', { id: view.id }))}
          >
            {toggleLabel(view, text)}
          </Button>
        ) : undefined
      }
    >
      {words}
    </Empty>
  )
}

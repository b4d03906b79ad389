/** One transfer looked at closely. */

import { useState, type ReactNode } from 'react'
import type { TransferId, TransferView } from '#shared/api/views.ts'
import { Tabs } from '../../parts/tabs.tsx'
import { useTransfer } from '../../state/app-context.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { ConnectionsTab } from './connections-tab.tsx'
import { DetailsHeader } from './details-header.tsx'
import { FilesTab } from './files-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import './transfer-details.css'

type TabName = 'connections' | 'files' | 'overview'

interface TransferDetailsProps {
  readonly id: TransferId
  /** Back to the list, on a narrow window; closes the pane on a wide one. */
  readonly onClose: () => void
}

/** Fills its place and scrolls in itself. */
export function TransferDetails({ id, onClose }: TransferDetailsProps): ReactNode {
  const view = useTransfer(id)
  // Another transfer starts at its own first tab, with nothing left of this one’s.
  return view === undefined ? null : <Opened key={id} view={view} onClose={onClose} />
}

function Opened({ view, onClose }: { readonly view: TransferView; readonly onClose: () => void }): ReactNode {
  const text = useText()
  const format = useFormat()
  const [tab, setTab] = useState<TabName>(() => firstTab(view))
  const here = view.peers.filter(({ state }) => state === 'connected').length
  return (
    <article className="details" aria-label={text.details.region(view.title)}>
      <DetailsHeader view={view} onClose={onClose} />
      <Tabs
        label={text.details.tabs}
        selected={tab}
        onSelect={setTab}
        className="details-tabs"
        listClass="tabs"
        tabClass="tab"
        tabs={[
          {
            id: 'connections',
            label: (
              <>
                {text.details.connections}
                {here === 0 ? null : <span className="tab-count tabular">{format.count(here)}</span>}
              </>
            ),
            body: <ConnectionsTab view={view} />,
            panelClass: 'tab-panel scroll',
          },
          {
            id: 'files',
            label: text.details.files,
            body: <FilesTab view={view} />,
            panelClass: 'tab-panel tab-panel-files',
          },
          {
            id: 'overview',
            label: text.details.overview,
            body: <OverviewTab view={view} />,
            panelClass: 'tab-panel scroll',
          },
        ]}
      />
    </article>
  )
}

/** How it runs, or what is to be done so that it does; for what is over, what it was. */
function firstTab(view: TransferView): TabName {
  const isOver = view.state === 'finished' || view.state === 'stopped' || view.state === 'failed'
  return isOver && view.peers.length === 0 ? 'overview' : 'connections'
}

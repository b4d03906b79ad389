/** One transfer looked at closely. */

import { useState, type ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { TransferId, TransferView } from '#shared/api/views.ts'
import { useTransfer } from '../../state/app-context.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { ConnectionsTab } from './connections-tab.tsx'
import { DetailsHeader } from './details-header.tsx'
import { FilesTab } from './files-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import './transfer-details.css'

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
  const [tab, setTab] = useState(() => firstTab(view))
  const here = view.peers.filter(({ state }) => state === 'connected').length
  return (
    <article className="details" aria-label={text.details.region(view.title)}>
      <DetailsHeader view={view} onClose={onClose} />
      <Tabs className="details-tabs" selectedKey={tab} onSelectionChange={(key) => setTab(String(key))}>
        <TabList className="tabs" aria-label={text.details.tabs}>
          <Tab className="tab" id="connections">
            {text.details.connections}
            {here === 0 ? null : <span className="tab-count tabular">{format.count(here)}</span>}
          </Tab>
          <Tab className="tab" id="files">
            {text.details.files}
          </Tab>
          <Tab className="tab" id="overview">
            {text.details.overview}
          </Tab>
        </TabList>
        <TabPanel className="tab-panel scroll" id="connections">
          <ConnectionsTab view={view} />
        </TabPanel>
        <TabPanel className="tab-panel tab-panel-files" id="files">
          <FilesTab view={view} />
        </TabPanel>
        <TabPanel className="tab-panel scroll" id="overview">
          <OverviewTab view={view} />
        </TabPanel>
      </Tabs>
    </article>
  )
}

/** How it runs, or what is to be done so that it does; for what is over, what it was. */
function firstTab(view: TransferView): string {
  const isOver = view.state === 'finished' || view.state === 'stopped' || view.state === 'failed'
  return isOver && view.peers.length === 0 ? 'overview' : 'connections'
}

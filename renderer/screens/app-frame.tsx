/** The window: where one is, and what lies under it. */

import { useEffect, useState, type ReactNode } from 'react'
import { ArrowDownUp, Settings2 } from 'lucide-react'
import type { TransferId } from '#shared/api/views.ts'
import { Logo } from '../parts/logo.tsx'
import { Note } from '../parts/notes.tsx'
import { useEngineState } from '../state/app-context.tsx'
import { useText } from '../text/text-context.tsx'
import { prepareParts, SettingsScreen } from './deferred-parts.ts'
import { TransfersScreen } from './transfers/transfers-screen.tsx'
import './app-frame.css'

type Place = 'transfers' | 'settings'

/** After the first screen was drawn and its data came. Milliseconds. */
const PREPARE_AFTER_MS = 500

export function AppFrame(): ReactNode {
  const text = useText()
  const isLost = useEngineState() === 'lost'
  const [place, setPlace] = useState<Place>('transfers')
  const [selected, setSelected] = useState<TransferId | null>(null)
  useEffect(() => {
    const timer = setTimeout(prepareParts, PREPARE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  const items: readonly { readonly place: Place; readonly label: string; readonly icon: ReactNode }[] = [
    { place: 'transfers', label: text.common.transfers, icon: <ArrowDownUp aria-hidden="true" /> },
    { place: 'settings', label: text.common.settings, icon: <Settings2 aria-hidden="true" /> },
  ]
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {text.common.skipToContent}
      </a>
      <nav className="rail" aria-label={text.common.mainNavigation}>
        <div className="rail-brand">
          <Logo size={28} />
          <span>{text.common.product}</span>
        </div>
        {items.map((item) => (
          <button
            key={item.place}
            type="button"
            className="rail-item"
            aria-current={place === item.place ? 'page' : undefined}
            onClick={() => {
              setPlace(item.place)
              // A second click leads back from a transfer to the list.
              if (item.place === place) setSelected(null)
            }}
          >
            {item.icon}
            <span>{item.label}</span>
          </button>
        ))}
      </nav>
      <main className="content" id="content" tabIndex={-1}>
        {isLost ? (
          <div className="content-note">
            <Note tone="warn">
              {text.common.engineLost} <span className="muted">{text.common.engineLostHint}</span>
            </Note>
          </div>
        ) : null}
        {/* Kept while the settings are open: a list scrolled far down stays where it is. */}
        <div className="content-place" hidden={place !== 'transfers'}>
          <TransfersScreen
            selected={selected}
            onSelect={setSelected}
            onOpen={() => setPlace('transfers')}
            onSettings={() => setPlace('settings')}
          />
        </div>
        {place === 'settings' ? (
          <div className="content-place">
            <SettingsScreen />
          </div>
        ) : null}
      </main>
    </div>
  )
}

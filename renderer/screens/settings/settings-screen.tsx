/** What a person can change, and how it is going with updates. */

import { useState, type ReactNode } from 'react'
import { Gauge, Info, Network, SlidersHorizontal } from 'lucide-react'
import { Tabs, type TabItem } from '../../parts/tabs.tsx'
import { useText } from '../../text/text-context.tsx'
import { AboutSection } from './about-section.tsx'
import { GeneralSection } from './general-section.tsx'
import { LimitsSection } from './limits-section.tsx'
import { NetworkSection } from './network-section.tsx'
import './settings.css'

type Section = 'general' | 'network' | 'limits' | 'about'

export function SettingsScreen(): ReactNode {
  const text = useText()
  const { sections } = text.settings
  const [section, setSection] = useState<Section>('general')
  const tab = (id: Section, icon: ReactNode, body: ReactNode): TabItem<Section> => ({
    id,
    label: (
      <>
        {icon}
        <span>{sections[id]}</span>
      </>
    ),
    body: <div className="settings-body">{body}</div>,
    panelClass: 'settings-panel scroll',
  })
  return (
    <div className="settings">
      <h1 className="settings-title">{text.common.settings}</h1>
      <Tabs
        label={text.common.settings}
        selected={section}
        onSelect={setSection}
        className="settings-tabs"
        listClass="settings-list"
        tabClass="settings-tab"
        tabs={[
          tab('general', <SlidersHorizontal aria-hidden="true" />, <GeneralSection />),
          tab('network', <Network aria-hidden="true" />, <NetworkSection />),
          tab('limits', <Gauge aria-hidden="true" />, <LimitsSection />),
          tab('about', <Info aria-hidden="true" />, <AboutSection />),
        ]}
      />
    </div>
  )
}

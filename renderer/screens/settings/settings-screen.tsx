/** What a person can change, and how it is going with updates. */

import type { ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { Gauge, Info, Network, SlidersHorizontal } from 'lucide-react'
import { useText } from '../../text/text-context.tsx'
import { AboutSection } from './about-section.tsx'
import { GeneralSection } from './general-section.tsx'
import { LimitsSection } from './limits-section.tsx'
import { NetworkSection } from './network-section.tsx'
import './settings.css'

export function SettingsScreen(): ReactNode {
  const text = useText()
  const { sections } = text.settings
  const tabs = [
    {
      id: 'general',
      label: sections.general,
      icon: <SlidersHorizontal aria-hidden="true" />,
      body: <GeneralSection />,
    },
    {
      id: 'network',
      label: sections.network,
      icon: <Network aria-hidden="true" />,
      body: <NetworkSection />,
    },
    { id: 'limits', label: sections.limits, icon: <Gauge aria-hidden="true" />, body: <LimitsSection /> },
    { id: 'about', label: sections.about, icon: <Info aria-hidden="true" />, body: <AboutSection /> },
  ]
  return (
    <div className="settings">
      <h1 className="settings-title">{text.common.settings}</h1>
      <Tabs className="settings-tabs">
        <TabList className="settings-list" aria-label={text.common.settings}>
          {tabs.map((tab) => (
            <Tab key={tab.id} id={tab.id} className="settings-tab">
              {tab.icon}
              <span>{tab.label}</span>
            </Tab>
          ))}
        </TabList>
        {tabs.map((tab) => (
          <TabPanel key={tab.id} id={tab.id} className="settings-panel scroll">
            <div className="settings-body">{tab.body}</div>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  )
}

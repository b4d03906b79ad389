/** Settings that have nothing to do with networks. */

import { useCallback, type ReactNode } from 'react'
import { FolderOpen } from 'lucide-react'
import type { GeneralSettings, Language, Theme } from '#shared/api/settings-views.ts'
import { usePicker } from '../../host/picker.tsx'
import { Button } from '../../parts/button.tsx'
import { Select } from '../../parts/fields.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useChoice } from '../../parts/use-choice.ts'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { DraftField } from './draft-field.tsx'
import { SettingSwitch } from './setting-switch.tsx'

/** Each language in itself: whoever is lost finds theirs. */
const LANGUAGES: readonly { readonly value: Language; readonly label: string }[] = [
  { value: 'en', label: 'English' },
  { value: 'ko', label: '한국어' },
]
const THEMES: readonly Theme[] = ['system', 'light', 'dark']
type SwitchName = 'notifications' | 'startAtLogin' | 'keepRunning' | 'checkUpdates'

export function GeneralSection(): ReactNode {
  const text = useText()
  const engine = useEngine()
  const { settings, capabilities } = useApp()
  const { general } = settings
  const { run } = useAction()
  const picker = usePicker()
  const save = useCallback(
    (change: Partial<GeneralSettings>) => engine.call('settings.change', { general: change }),
    [engine],
  )
  const [language, chooseLanguage] = useChoice(general.language, (value) => save({ language: value }))
  const [theme, chooseTheme] = useChoice(general.theme, (value) => save({ theme: value }))
  const switchOf = (name: SwitchName, hint?: string): ReactNode => (
    <SettingSwitch
      label={text.settings[name]}
      {...(hint === undefined ? {} : { hint })}
      saved={general[name]}
      save={(isOn) => save({ [name]: isOn })}
    />
  )
  const words = text.settings
  return (
    <>
      <section className="settings-group">
        <DraftField
          label={words.downloadFolder}
          hint={words.downloadFolderHint}
          isMono
          saved={general.downloadFolder}
          save={(downloadFolder) => save({ downloadFolder })}
          action={() => (
            <Button
              icon={<FolderOpen aria-hidden="true" />}
              onPress={() =>
                run(async () => {
                  const [downloadFolder] = await picker.pick('destination', general.downloadFolder)
                  if (downloadFolder !== undefined) await save({ downloadFolder })
                })
              }
            >
              {text.common.choose}
            </Button>
          )}
        />
        <DraftField
          label={words.deviceName}
          hint={words.deviceNameHint}
          maxLength={100}
          saved={general.deviceName}
          save={(deviceName) => save({ deviceName })}
        />
      </section>
      <section className="settings-group">
        <div className="settings-pair">
          <Select
            label={words.language}
            value={language}
            options={[{ value: 'system', label: words.languageSystem }, ...LANGUAGES]}
            onChange={chooseLanguage}
          />
          <Select
            label={words.theme}
            value={theme}
            options={THEMES.map((value) => ({ value, label: words.themes[value] }))}
            onChange={chooseTheme}
          />
        </div>
      </section>
      <section className="settings-group">
        {capabilities.notifications ? switchOf('notifications', words.notificationsHint) : null}
        {capabilities.tray ? switchOf('keepRunning', words.keepRunningHint) : null}
        {capabilities.startAtLogin ? switchOf('startAtLogin') : null}
        {capabilities.updates ? switchOf('checkUpdates', words.checkUpdatesHint) : null}
      </section>
      {picker.dialog}
    </>
  )
}

/** A setting that is on or off, and takes effect at once. */

import type { ReactNode } from 'react'
import { Switch } from '../../parts/fields.tsx'
import { useChoice } from '../../parts/use-choice.ts'

interface SettingSwitchProps {
  readonly label: string
  readonly hint?: string
  readonly saved: boolean
  readonly save: (isOn: boolean) => Promise<unknown>
}

export function SettingSwitch({ saved, save, ...words }: SettingSwitchProps): ReactNode {
  const [isOn, choose] = useChoice(saved, save)
  return <Switch {...words} isSelected={isOn} onChange={choose} />
}

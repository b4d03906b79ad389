/** A text field whose value is saved when one leaves it. */

import type { ReactNode } from 'react'
import { TextField } from '../../parts/fields.tsx'
import { useTextSetting } from './use-setting.ts'

interface DraftFieldProps {
  readonly label: string
  readonly hint?: string
  readonly placeholder?: string
  readonly isMono?: boolean
  readonly maxLength?: number
  /** Beside the field; it is given what stands in it, which may not be saved yet. */
  readonly action?: (typed: string) => ReactNode
  readonly saved: string
  readonly save: (value: string) => Promise<unknown>
  readonly onType?: () => void
}

export function DraftField({ saved, save, maxLength, action, onType, ...field }: DraftFieldProps): ReactNode {
  const setting = useTextSetting(saved, save)
  return (
    <TextField
      {...field}
      {...(maxLength === undefined ? {} : { maxLength })}
      {...(action === undefined ? {} : { action: action(setting.value) })}
      value={setting.value}
      error={setting.error}
      onChange={(typed) => {
        setting.onChange(typed)
        onType?.()
      }}
      onBlur={setting.commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') setting.commit()
        else event.continuePropagation()
      }}
    />
  )
}

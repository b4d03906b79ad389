/** A text field whose value is saved when one leaves it. */

import type { ReactNode } from 'react'
import { TextField } from '../../parts/fields.tsx'
import { useDraft } from './use-setting.ts'

interface DraftFieldProps {
  readonly label: string
  readonly hint?: string
  readonly placeholder?: string
  readonly isMono?: boolean
  readonly maxLength?: number
  readonly action?: ReactNode
  readonly saved: string
  readonly save: (value: string) => Promise<unknown>
}

export function DraftField({ saved, save, maxLength, ...field }: DraftFieldProps): ReactNode {
  const draft = useDraft(saved, save)
  return (
    <TextField
      {...field}
      {...(maxLength === undefined ? {} : { maxLength })}
      value={draft.value}
      error={draft.error}
      onChange={draft.onChange}
      onBlur={draft.commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') draft.commit()
        else event.continuePropagation()
      }}
    />
  )
}

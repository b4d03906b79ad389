/** A text setting while it is typed: told to the engine when the field is left, and kept for correction when refused. */

import { useEffect, useState } from 'react'
import { toAppError } from '#shared/errors.ts'
import { errorText, useText } from '../../text/text-context.tsx'

export interface DraftSetting {
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (value: string) => void
  /** Leaving the field, or Enter. */
  readonly commit: () => void
}

/** @param save rejects with AppError when the engine refuses */
export function useDraft(saved: string, save: (value: string) => Promise<unknown>): DraftSetting {
  const text = useText()
  const [value, setValue] = useState(saved)
  const [error, setError] = useState<string>()
  useEffect(() => {
    setValue(saved)
    setError(undefined)
  }, [saved])
  return {
    value,
    error,
    onChange: (typed) => {
      setValue(typed)
      setError(undefined)
    },
    commit: () => {
      if (value === saved) return
      save(value).then(
        () => setError(undefined),
        (thrown: unknown) => {
          const known = toAppError(thrown)
          setError(errorText(text, known.code))
        },
      )
    },
  }
}

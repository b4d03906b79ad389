/** A text setting while it is typed: told to the engine when the field is left, and kept for correction when refused. */

import { toAppError } from '#shared/errors.ts'
import { useStateOf } from '../../parts/use-state-of.ts'
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
  const [value, setValue] = useStateOf(saved, saved)
  const [error, setError] = useStateOf<string | undefined>(saved, undefined)
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

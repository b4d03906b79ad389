/** A text setting while it is typed: told to the engine when the field is left, and kept for correction when refused. */

import { toAppError } from '#shared/errors.ts'
import { useDraft } from '../../parts/use-draft.ts'
import { useStateOf } from '../../parts/use-state-of.ts'
import { errorText, useText } from '../../text/text-context.tsx'

export interface TextSetting {
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (value: string) => void
  /** Leaving the field, or Enter. */
  readonly commit: () => void
}

/** @param save rejects with AppError when the engine refuses */
export function useTextSetting(saved: string, save: (value: string) => Promise<unknown>): TextSetting {
  const text = useText()
  const draft = useDraft(saved)
  const [error, setError] = useStateOf<string | undefined>(saved, undefined)
  return {
    value: draft.value,
    error,
    onChange: (typed) => {
      draft.type(typed)
      setError(undefined)
    },
    commit: () => {
      if (!draft.isChanged) return
      draft.told(draft.value)
      save(draft.value).then(
        () => setError(undefined),
        (thrown: unknown) => {
          draft.refused()
          setError(errorText(text, toAppError(thrown).code))
        },
      )
    },
  }
}

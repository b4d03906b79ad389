/**
 * A setting that is chosen, not typed: shown at once, told to the engine, and put back with words when refused. No
 * choice is dropped because an earlier one is still under way.
 */

import { useToasts } from './notes.tsx'
import { useStateOf } from './use-state-of.ts'

/** @param saved the engine's value. @returns what is shown, and how to choose another */
export function useChoice<Value>(
  saved: Value,
  save: (value: Value) => Promise<unknown>,
): readonly [Value, (value: Value) => void] {
  const toasts = useToasts()
  const [shown, show] = useStateOf(saved, saved)
  const choose = (value: Value): void => {
    show(value)
    save(value).catch((thrown: unknown) => {
      show(saved)
      toasts.fail(thrown)
    })
  }
  return [shown, choose]
}

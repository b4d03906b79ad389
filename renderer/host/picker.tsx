/** Chooses files and folders of the computer the engine runs on: by the system's dialogs, or by a dialog of our own. */

import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { useApp, useEngine } from '../state/app-context.tsx'
import { HostBrowser } from './host-browser.tsx'

export type PickWhat = 'files' | 'folders' | 'destination'

export interface Picker {
  /** Empty when the person changed their mind. Rejects with AppError. */
  pick(what: PickWhat, startAt: string | null): Promise<readonly string[]>
  /** Where the dialog of our own stands; to be rendered once by whoever uses the picker. */
  readonly dialog: ReactNode
}

interface Question {
  readonly what: PickWhat
  readonly startAt: string | null
  readonly answer: (paths: readonly string[]) => void
}

export function usePicker(): Picker {
  const engine = useEngine()
  const hasDialogs = useApp().capabilities.dialogs
  const [question, setQuestion] = useState<Question>()
  const pick = useCallback(
    async (what: PickWhat, startAt: string | null): Promise<readonly string[]> => {
      if (hasDialogs) return (await engine.call('host.choose', { what, startAt })).paths
      return new Promise((resolve) => setQuestion({ what, startAt, answer: resolve }))
    },
    [engine, hasDialogs],
  )
  return useMemo(() => {
    const end = (paths: readonly string[]): void => {
      question?.answer(paths)
      setQuestion(undefined)
    }
    const dialog =
      question === undefined ? null : (
        <HostBrowser what={question.what} startAt={question.startAt} onEnd={end} />
      )
    return { pick, dialog }
  }, [pick, question])
}

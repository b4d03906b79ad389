/** Chooses files and folders of the computer the engine runs on: by the system's dialogs, or by a dialog of our own. */

import type { ReactNode } from 'react'

export type PickWhat = 'files' | 'folders' | 'destination'

export interface Picker {
  /** Empty when the person changed their mind. Rejects with AppError. */
  pick(what: PickWhat, startAt: string | null): Promise<readonly string[]>
  /** Where the dialog of our own stands; to be rendered once by whoever uses the picker. */
  readonly dialog: ReactNode
}

export function usePicker(): Picker {
  return { pick: () => Promise.resolve([]), dialog: null }
}

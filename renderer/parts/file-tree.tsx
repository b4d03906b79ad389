/** A share's files as a tree: folders are asked for when they are opened, and only visible rows exist. */

import type { ReactNode } from 'react'
import type { FolderView, Selection } from '#shared/api/transfer-views.ts'

interface FileTreeProps {
  readonly label: string
  /** Asked for each folder that is opened; '' is the top. */
  readonly load: (path: string) => Promise<FolderView>
  /** Changes when what is loaded is out of date: open folders are asked for again, and stay open. */
  readonly version: number
  /** Undefined: nothing can be chosen, and progress is shown. Null: everything is wanted. */
  readonly selection?: Selection
  readonly onSelect?: (selection: Selection) => void
}

export function FileTree(_props: FileTreeProps): ReactNode {
  return null
}

/** Reads from the engine’s folders which files of a transfer are wanted. */

import type { FolderView, Selection } from '#shared/api/transfer-views.ts'
import { joinPath } from '../../parts/selection.ts'

/** Looks only into folders of which a part is wanted: those that are wanted whole go by their own path. */
export async function readSelection(load: (path: string) => Promise<FolderView>): Promise<Selection> {
  const paths: string[] = []
  const isWhole = await addWanted('', load, paths)
  return isWhole ? null : { paths }
}

async function addWanted(
  folder: string,
  load: (path: string) => Promise<FolderView>,
  paths: string[],
): Promise<boolean> {
  const { entries } = await load(folder)
  for (const entry of entries) {
    const path = joinPath(folder, entry.name)
    if (entry.wanted === 'all') paths.push(path)
    // One at a time: the engine has more to do than to answer this.
    else if (entry.wanted === 'some') await addWanted(path, load, paths)
  }
  return entries.every(({ wanted }) => wanted === 'all')
}

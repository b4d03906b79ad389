/** What the engine’s folders say of which files are wanted. */

import type { FolderView, Selection } from '#shared/api/transfer-views.ts'
import { joinPath } from '../../parts/selection.ts'

export type LoadFolder = (path: string) => Promise<FolderView>

/** Looks only into folders of which a part is wanted: those that are wanted whole go by their own path. */
export async function readSelection(load: LoadFolder): Promise<Selection> {
  const paths: string[] = []
  const isWhole = await addWanted('', load, paths)
  return isWhole ? null : { paths }
}

async function addWanted(folder: string, load: LoadFolder, paths: string[]): Promise<boolean> {
  const { entries } = await load(folder)
  for (const entry of entries) {
    const path = joinPath(folder, entry.name)
    if (entry.wanted === 'all') paths.push(path)
    // One at a time: the engine has more to do than to answer this.
    else if (entry.wanted === 'some') await addWanted(path, load, paths)
  }
  return entries.every(({ wanted }) => wanted === 'all')
}

/** Whoever asks for a folder that is on its way gets the same answer: a large one is heavy. */
export function shareAnswers(load: LoadFolder): LoadFolder {
  const coming = new Map<string, Promise<FolderView>>()
  return (path) => {
    const asked = coming.get(path)
    if (asked !== undefined) return asked
    const answer = load(path).finally(() => coming.delete(path))
    coming.set(path, answer)
    return answer
  }
}

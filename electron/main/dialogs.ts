/** The system's own dialogs for choosing files and folders. */

import { dirname } from 'node:path'
import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron'
import type { DesktopStateFile } from './desktop-state.ts'
import type { Texts } from './texts.ts'

type Choice = 'files' | 'folders' | 'destination'

/** Windows and Linux have no dialog for both at once. */
const PROPERTIES: Readonly<Record<Choice, NonNullable<OpenDialogOptions['properties']>>> = {
  files: ['openFile', 'multiSelections'],
  folders: ['openDirectory', 'multiSelections'],
  destination: ['openDirectory', 'createDirectory'],
}

/** @returns empty when the person changed their mind */
export async function choose(
  window: BrowserWindow,
  what: Choice,
  startAt: string | null,
  stateFile: DesktopStateFile,
  texts: Texts,
): Promise<string[]> {
  // The system does not remember it for us any more, and its own idea is the download folder.
  const folder = startAt ?? stateFile.state.lastFolder
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: { files: texts.chooseFiles, folders: texts.chooseFolders, destination: texts.chooseDestination }[
      what
    ],
    properties: PROPERTIES[what],
    ...(folder === undefined ? {} : { defaultPath: folder }),
  })
  const [first] = filePaths
  if (canceled || first === undefined) return []
  if (what !== 'destination') stateFile.change({ lastFolder: dirname(first) })
  return filePaths
}

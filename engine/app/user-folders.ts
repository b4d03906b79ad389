/** The person's own folders: on Linux desktops they have names in the person's language (xdg-user-dirs). */

import { readFile } from 'node:fs/promises'
import path from 'node:path'

export interface UserFolders {
  readonly downloads: string
  readonly desktop: string
}

/** Whether they exist is not looked at. */
export async function readUserFolders(homeDir: string, platform: NodeJS.Platform): Promise<UserFolders> {
  const text = platform === 'linux' ? await readSetting(homeDir) : ''
  return {
    downloads: folderIn(text, 'DOWNLOAD', homeDir) ?? path.join(homeDir, 'Downloads'),
    desktop: folderIn(text, 'DESKTOP', homeDir) ?? path.join(homeDir, 'Desktop'),
  }
}

async function readSetting(homeDir: string): Promise<string> {
  try {
    return await readFile(path.join(homeDir, '.config', 'user-dirs.dirs'), 'utf8')
  } catch {
    // No desktop has been here: the usual names then.
    return ''
  }
}

/** Lines like `XDG_DOWNLOAD_DIR="$HOME/다운로드"`. The home folder itself means that there is no such folder. */
function folderIn(text: string, name: string, homeDir: string): string | undefined {
  const value = new RegExp(`^XDG_${name}_DIR="(\\$HOME)?(/[^"\\n]*)"$`, 'm').exec(text)
  if (value?.[2] === undefined) return undefined
  const folder = path.normalize(path.join(value[1] === undefined ? '/' : homeDir, value[2]))
  return folder.replace(/(?<=.)\/$/, '') === path.normalize(homeDir) ? undefined : folder
}

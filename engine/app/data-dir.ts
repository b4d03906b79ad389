/** Where Beeline keeps its library on this system. Pure. */

import path from 'node:path'

export interface DataDirSource {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDir: string
}

/** BEELINE_HOME, or what the system has for data of programs. @returns an absolute path */
export function dataDirOf({ environment, platform, homeDir }: DataDirSource): string {
  const paths = platform === 'win32' ? path.win32 : path.posix
  const chosen = environment['BEELINE_HOME']
  if (chosen !== undefined && chosen !== '') return paths.resolve(chosen)
  if (platform === 'darwin') return paths.join(homeDir, 'Library', 'Application Support', 'Beeline')
  if (platform === 'win32') {
    return paths.join(environment['APPDATA'] ?? paths.join(homeDir, 'AppData', 'Roaming'), 'Beeline')
  }
  const base = environment['XDG_DATA_HOME']
  // The specification: a relative one is invalid and to be ignored.
  if (base !== undefined && paths.isAbsolute(base)) return paths.join(base, 'beeline')
  return paths.join(homeDir, '.local', 'share', 'beeline')
}

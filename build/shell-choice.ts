/**
 * Decides what `npm start` opens: Electron where its program and a display are present, the page in a browser
 * otherwise. Looks at files only: importing the package `electron` would download the program. Pure but for the files
 * that it is handed.
 */

import path from 'node:path'

/** What this needs of a disk; a test hands in its own. */
export interface Files {
  exists(file: string): boolean
  /** Undefined when there is none. */
  read(file: string): string | undefined
}

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly isRoot: boolean
  /** Folder of Beeline. */
  readonly root: string
  readonly files: Files
}

export type ShellChoice =
  | { readonly shell: 'electron'; readonly program: string }
  /** `why` is half a sentence: “because …”. */
  | { readonly shell: 'web'; readonly why: string }
  /** Only Electron was wanted, and cannot be had. */
  | { readonly shell: 'none'; readonly why: string }

/** Throws RangeError when BEELINE_SHELL is neither. */
export function chooseShell(surroundings: Surroundings): ShellChoice {
  const wanted = surroundings.environment['BEELINE_SHELL'] ?? ''
  if (!['', 'electron', 'web'].includes(wanted)) throw new RangeError('BEELINE_SHELL is electron or web')
  if (wanted === 'web') return { shell: 'web', why: 'BEELINE_SHELL asks for it' }
  const program = findElectron(surroundings)
  const why = 'why' in program ? program.why : reasonAgainst(surroundings)
  if ('file' in program && why === undefined) return { shell: 'electron', program: program.file }
  return { shell: wanted === 'electron' ? 'none' : 'web', why: why ?? '' }
}

function findElectron(surroundings: Surroundings): { readonly file: string } | { readonly why: string } {
  const { environment, root, files } = surroundings
  const folder = path.join(root, 'node_modules', 'electron')
  const manifest = files.read(path.join(folder, 'package.json'))
  const named = files.read(path.join(folder, 'path.txt'))?.trim()
  const override = environment['ELECTRON_OVERRIDE_DIST_PATH']
  if (override !== undefined && override !== '') {
    const file = path.join(override, named ?? usualName(surroundings.platform))
    return files.exists(file) ? { file } : { why: `ELECTRON_OVERRIDE_DIST_PATH has no ${file}` }
  }
  if (manifest === undefined) return { why: 'Electron is not installed here' }
  const version = files
    .read(path.join(folder, 'dist', 'version'))
    ?.trim()
    .replace(/^v/, '')
  const file = path.join(folder, 'dist', named ?? '')
  if (named === undefined || named === '' || version === undefined || !files.exists(file)) {
    return { why: 'Electron’s program is not here yet (npx install-electron fetches it)' }
  }
  const expected = versionIn(manifest)
  if (version !== expected) {
    return { why: `Electron’s program is ${version} instead of ${expected} (npx install-electron)` }
  }
  return { file }
}

/** Why a program that is there could not show a window. */
function reasonAgainst({ platform, environment, isRoot }: Surroundings): string | undefined {
  if (platform !== 'linux') return undefined
  if (!hasDisplay(platform, environment)) return 'there is no display'
  return isRoot ? 'Electron does not run as root' : undefined
}

export function hasDisplay(platform: NodeJS.Platform, environment: Surroundings['environment']): boolean {
  if (platform !== 'linux') return true
  return [environment['WAYLAND_DISPLAY'], environment['DISPLAY']].some((name) => (name ?? '') !== '')
}

function versionIn(manifest: string): string {
  return /"version":\s*"([^"]+)"/.exec(manifest)?.[1] ?? 'unknown'
}

function usualName(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'electron.exe'
  return platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron'
}

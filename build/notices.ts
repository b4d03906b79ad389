/**
 * Writes NOTICES.txt: name, version, licence and licence text of every package that is part of the app, bundled or
 * not. Which ones those are is read from the imports of our own source, so that nobody has to keep a list.
 */

import { readFile, readdir, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lockedPlaces, parseLockFile, type LockFile } from './locked-packages.ts'

/** The folders whose code ends up in the app. */
const SHIPPED_FOLDERS = ['shared', 'engine', 'coordinator', 'electron', 'renderer']
/** Linked into the native files, where no package.json tells of them. */
const NATIVE_NOTICES = join(import.meta.dirname, 'notices-native.txt')
const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.|-|$)/i
/** Electron's and Chromium's own licences lie beside the program, put there by electron-builder. */
const NOT_OURS = new Set(['electron'])

export async function writeNotices(project: string, file: string): Promise<void> {
  const lock = parseLockFile(await readFile(join(project, 'package-lock.json'), 'utf8'))
  const names = await importedPackages(project, lock)
  const parts: string[] = []
  for (const place of lockedPlaces(lock, names)) {
    const text = await licenceText(join(project, place))
    // Natives of other systems are not installed here; their licence is the one of the package that wants them.
    if (text === undefined) continue
    const { version, license } = lock.packages[place] ?? {}
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
    parts.push(`${name} ${version ?? ''}\nLicence: ${license ?? 'see below'}\n\n${text}`)
  }
  const intro =
    'Beeline contains the following software. Electron’s and Chromium’s licences lie beside the program.\n'
  const native = await readFile(NATIVE_NOTICES, 'utf8')
  await writeFile(file, [intro, ...parts, native].join(`\n${'-'.repeat(80)}\n\n`))
}

/** Names of the packages that our shipped folders import, by the text of the imports. */
export async function importedPackages(project: string, lock: LockFile): Promise<string[]> {
  const names = new Set<string>()
  for (const folder of SHIPPED_FOLDERS) {
    if (!existsSync(join(project, folder))) continue
    for (const entry of await readdir(join(project, folder), { recursive: true })) {
      if (!/\.tsx?$/.test(entry)) continue
      const source = await readFile(join(project, folder, entry), 'utf8')
      for (const name of packagesIn(source)) {
        if (!NOT_OURS.has(name) && Object.hasOwn(lock.packages, `node_modules/${name}`)) names.add(name)
      }
    }
  }
  return [...names].sort()
}

/** The packages a source text imports: without `node:` modules and our own `#…` and `./…` paths. */
export function packagesIn(source: string): string[] {
  const specifiers = source.matchAll(/(?:from|import|import\()\s*['"]([^'"]+)['"]/g)
  return [...specifiers].flatMap(([, specifier = '']) => {
    const name = /^(@[a-z0-9-]+\/)?[a-z0-9][a-z0-9._-]*/.exec(specifier)?.[0]
    return name === undefined || specifier.startsWith('node:') ? [] : [name]
  })
}

async function licenceText(folder: string): Promise<string | undefined> {
  if (!existsSync(folder)) return undefined
  const files = (await readdir(folder)).filter((name) => LICENCE_FILE.test(name)).sort()
  if (files.length === 0) return '(The package has no licence file of its own.)\n'
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.join('\n')
}

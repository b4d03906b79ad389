/**
 * Makes the folder that electron-builder packs for one target: a package.json with nothing but what the app needs at
 * run time, `out/`, the icons it shows, and the native files of that system. Packing the project's own folder would
 * take the natives of the computer that packs, and whatever else lies around.
 */

import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { lockFileFor, parseLockFile } from './locked-packages.ts'
import { writeNotices } from './notices.ts'
import { nativeFiles, type Target } from './targets.ts'

/** Not bundled: two bring native files, and the updater reads its own package at run time. The rest is in `out/`. */
export const RUNTIME_DEPENDENCIES = ['better-sqlite3', 'electron-updater', 'node-datachannel'] as const

/** Electron gives it to the desktop (docks, notifications, progress); the package installs a file of that name. */
const DESKTOP_NAME = 'org.example.Beeline.desktop'

/** What the shell asks for by path: see electron/main. */
const SHOWN_ICONS = ['build/tray', 'build/icons/256.png']

const BUILT = ['main/index.js', 'preload/index.cjs', 'renderer/index.html']

const ProjectPackage = v.object({
  name: v.string(),
  version: v.string(),
  description: v.string(),
  license: v.string(),
  dependencies: v.record(v.string(), v.string()),
})

export interface StageOptions {
  readonly project: string
  /** The built app: `out` in the project, unless a test brings its own. */
  readonly out: string
  /** Is emptied first. */
  readonly folder: string
}

export async function stage(target: Target, options: StageOptions): Promise<void> {
  const { project, out, folder } = options
  const missing = BUILT.filter((file) => !existsSync(join(out, file)))
  if (missing.length > 0) {
    throw new Error(`${out} lacks ${missing.join(' and ')}: run “npm run build” first`)
  }
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await stagePackages(target, project, folder)
  // And not the command line, which needs Node itself.
  for (const part of BUILT.map(dirname))
    await cp(join(out, part), join(folder, 'out', part), { recursive: true })
  for (const icon of SHOWN_ICONS) await cp(join(project, icon), join(folder, icon), { recursive: true })
  await writeNotices(project, join(folder, 'NOTICES.txt'))
}

async function stagePackages(target: Target, project: string, folder: string): Promise<void> {
  const own = v.parse(ProjectPackage, JSON.parse(await readFile(join(project, 'package.json'), 'utf8')))
  const dependencies = Object.fromEntries(
    RUNTIME_DEPENDENCIES.map((name) => [name, own.dependencies[name] ?? fail(`package.json has no ${name}`)]),
  )
  const runtime = {
    name: own.name,
    productName: 'Beeline',
    version: own.version,
    description: own.description,
    license: own.license,
    author: 'The Beeline authors',
    type: 'module',
    main: 'out/main/index.js',
    desktopName: DESKTOP_NAME,
    dependencies,
  }
  const lock = parseLockFile(await readFile(join(project, 'package-lock.json'), 'utf8'))
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(runtime, undefined, 2)}\n`)
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lockFileFor(lock, runtime)))
  // npm takes the packages of the computer it runs on unless it is told which system they are for.
  await npm(
    [
      'ci',
      '--omit=dev',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `--os=${target.os}`,
      `--cpu=${target.cpu}`,
      ...(target.libc === undefined ? [] : [`--libc=${target.libc}`]),
    ],
    folder,
  )
  await removeOtherNatives(target, folder)
}

/** better-sqlite3 brings the files of eight systems. */
async function removeOtherNatives(target: Target, folder: string): Promise<void> {
  const wanted = new Set(nativeFiles(target))
  for (const entry of await readdir(join(folder, 'node_modules'), { recursive: true })) {
    const file = `node_modules/${entry.replaceAll('\\', '/')}`
    if (file.endsWith('.node') && !wanted.delete(file)) await rm(join(folder, file))
  }
  if (wanted.size > 0) throw new Error(`npm brought no ${[...wanted].join(' and no ')} for ${target.name}`)
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  const run = promisify(execFile)
  const script = process.env['npm_execpath']
  // Under `npm run` the very same npm; else the one of the PATH, which on Windows is a command file.
  if (script?.endsWith('.js') === true) await run(process.execPath, [script, ...args], { cwd })
  else await run('npm', [...args], { cwd, shell: process.platform === 'win32' })
}

function fail(sentence: string): never {
  throw new Error(sentence)
}

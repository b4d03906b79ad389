/** One packed app: made once with a stand-in for Electron, then looked into. */

import { mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packTarget } from '#build/pack-target.ts'
import { TARGETS, type Target } from '#build/targets.ts'
import { makePackagerStandIn } from './packager-stand-in.ts'
import { makeStandIn } from './stand-ins.ts'

const PROJECT = join(import.meta.dirname, '..', '..')

const isWindows = process.platform === 'win32'

/** electron-builder makes no bundle on Windows, where a file system keeps neither links nor executable bits. */
export const packableTargets = Object.values(TARGETS).filter(({ os }) => !isWindows || os !== 'darwin')

export interface PackedApp extends AsyncDisposable {
  readonly work: string
  /** Holds app.asar and what lies beside it. */
  readonly resources: string
  readonly archive: string
  /** The program, or of macOS the bundle. */
  readonly program: string
}

export async function packWithStandIn(target: Target): Promise<PackedApp> {
  const work = await mkdtemp(join(tmpdir(), `beeline-packed-${target.name}-`))
  const electronDist = join(work, 'electron')
  await makeStandIn(target, electronDist)
  const isDeb = target.os === 'linux' && !isWindows
  if (isDeb) process.env['CUSTOM_FPM_PATH'] = await makePackagerStandIn(join(work, 'fpm'))
  await packTarget(target, {
    project: PROJECT,
    // For work on the packing itself, before there is a window: a folder with the same three files.
    out: process.env['BEELINE_OUT'] ?? join(PROJECT, 'out'),
    work,
    format: isDeb ? 'deb' : 'dir',
    electronDist,
    isExecutableEdited: false,
  })
  const { resources, program } = places(target, join(work, 'packed'))
  return {
    work,
    resources,
    program,
    archive: join(resources, 'app.asar'),
    [Symbol.asyncDispose]: () => rm(work, { recursive: true, force: true }),
  }
}

/** electron-builder appends the processor to the folder's name, except for the one it holds to be the usual. */
function places(target: Target, packed: string): { resources: string; program: string } {
  const base = { linux: 'linux', win32: 'win', darwin: 'mac' }[target.os]
  const names = [`${base}-${target.cpu}-unpacked`, `${base}-unpacked`, `${base}-${target.cpu}`, base]
  const folder = names.map((name) => join(packed, name)).find((name) => existsSync(name))
  if (folder === undefined) throw new Error(`electron-builder made no folder for ${target.name}`)
  if (target.os === 'darwin') {
    const bundle = join(folder, 'Beeline.app')
    return { resources: join(bundle, 'Contents', 'Resources'), program: bundle }
  }
  return {
    resources: join(folder, 'resources'),
    program: join(folder, target.os === 'win32' ? 'Beeline.exe' : 'beeline'),
  }
}

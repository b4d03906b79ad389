/** Where people keep files: home, downloads, desktop, and disks that are plugged in. */

import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { HostFolder } from '#shared/api/host-views.ts'
import { readUserFolders } from './user-folders.ts'

export interface PlaceSource {
  readonly homeDir: string
  readonly platform: NodeJS.Platform
}

type Place = HostFolder['places'][number]

/** A folder on a network that does not answer must not hold the others back. Milliseconds. */
const LOOK_LIMIT_MS = 500
/** Disks that are listed at most. */
const MAX_DISKS = 32

/** Only those that are there, in this order. */
export async function findPlaces({ homeDir, platform }: PlaceSource): Promise<Place[]> {
  const own = await readUserFolders(homeDir, platform)
  const wanted: Place[] = [
    { kind: 'home', path: homeDir },
    { kind: 'downloads', path: own.downloads },
    { kind: 'desktop', path: own.desktop },
    ...(await disksOf(platform)).map((disk): Place => ({ kind: 'disk', path: disk })),
  ]
  const isThere = await Promise.all(wanted.map((place) => isFolder(place.path)))
  return wanted.filter((_, i) => isThere[i])
}

async function disksOf(platform: NodeJS.Platform): Promise<string[]> {
  if (platform === 'win32') return Array.from({ length: 26 }, (_, i) => `${String.fromCodePoint(65 + i)}:\\`)
  const parents = platform === 'darwin' ? ['/Volumes'] : ['/mnt', '/media', '/run/media']
  const mounted = (await Promise.all(parents.map(foldersIn))).flat()
  // Linux desktops mount in a folder of the user's own: /media/anna/stick.
  const deeper = platform === 'darwin' ? [] : (await Promise.all(mounted.map(foldersIn))).flat()
  const disks = platform === 'darwin' ? mounted : [...(await mountsAmong([...mounted, ...deeper]))]
  return ['/', ...disks].slice(0, MAX_DISKS)
}

/** Those that lie on another device than their parent. */
async function mountsAmong(folders: readonly string[]): Promise<string[]> {
  const devices = await Promise.all(
    folders.map(async (folder) => {
      const [own, parent] = await Promise.all([deviceOf(folder), deviceOf(path.dirname(folder))])
      return own !== undefined && own !== parent
    }),
  )
  return folders.filter((_, i) => devices[i])
}

async function deviceOf(folder: string): Promise<number | undefined> {
  return soon(stat(folder).then(({ dev }) => dev))
}

async function foldersIn(parent: string): Promise<string[]> {
  const entries = await soon(readdir(parent, { withFileTypes: true }))
  return (entries ?? [])
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .slice(0, MAX_DISKS)
    .map((entry) => path.join(parent, entry.name))
}

async function isFolder(folder: string): Promise<boolean> {
  return (await soon(stat(folder)))?.isDirectory() === true
}

/** Undefined when it fails or takes too long. */
async function soon<Value>(work: Promise<Value>): Promise<Value | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), LOOK_LIMIT_MS)
  try {
    return await Promise.race([work, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}

/** Reads package-lock.json: which packages some packages need, and a lock file for those alone. Pure. */

import * as v from 'valibot'

const LockedPackage = v.looseObject({
  version: v.optional(v.string()),
  license: v.optional(v.string()),
  dependencies: v.optional(v.record(v.string(), v.string())),
  optionalDependencies: v.optional(v.record(v.string(), v.string())),
})
type LockedPackage = v.InferOutput<typeof LockedPackage>

const LockFile = v.looseObject({
  lockfileVersion: v.literal(3),
  packages: v.record(v.string(), LockedPackage),
})
export type LockFile = v.InferOutput<typeof LockFile>

export function parseLockFile(text: string): LockFile {
  return v.parse(LockFile, JSON.parse(text))
}

/** The places (`node_modules/…`) of the named packages and of all that they need, sorted. */
export function lockedPlaces(lock: LockFile, names: readonly string[]): string[] {
  const found = new Set<string>()
  const waiting = names.map((name) => ({ name, from: '' }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const place = resolvePlace(lock, next.name, next.from)
    if (place === undefined) throw new Error(`package-lock.json has no ${next.name}, run npm install`)
    if (found.has(place)) continue
    found.add(place)
    const { dependencies, optionalDependencies } = lock.packages[place] ?? {}
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      waiting.push({ name, from: place })
    }
  }
  return [...found].sort()
}

/** As Node looks it up: beside the one who asks, then further up. */
function resolvePlace(lock: LockFile, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (Object.hasOwn(lock.packages, place)) return place
    if (folder === '') return undefined
  }
}

export interface RuntimePackage {
  readonly name: string
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

/** A lock file that `npm ci` accepts for a package with these dependencies: the same versions and hashes, nothing else. */
export function lockFileFor(lock: LockFile, runtime: RuntimePackage): LockFile {
  const places = lockedPlaces(lock, Object.keys(runtime.dependencies))
  return {
    ...lock,
    name: runtime.name,
    version: runtime.version,
    packages: {
      '': { name: runtime.name, version: runtime.version, dependencies: { ...runtime.dependencies } },
      ...Object.fromEntries(places.map((place) => [place, shipped(lock.packages[place])])),
    },
  }
}

/** What only the project's tools needed may be marked so; in the staged folder nothing is. */
function shipped(locked: LockedPackage | undefined): LockedPackage {
  const { dev: _dev, devOptional: _devOptional, peer: _peer, ...rest } = locked ?? {}
  return rest
}

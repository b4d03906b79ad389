/**
 * Where a stranger's paths land on this disk: names that this system cannot hold are replaced, names that it takes
 * for the same are told apart. Pure: one manifest and one set of rules give the same names at every start.
 */

import * as v from 'valibot'
import { utf8 } from '#shared/encoding/bytes.ts'
import type { Manifest } from '#shared/share/manifest.ts'
import { numberedName } from './walk.ts'

/** What the destination's file system does; found out once and kept, so that a resumed download finds its files. */
export const NameRules = v.object({
  /** `A` and `a` are one name (macOS, Windows, FAT). */
  foldsCase: v.boolean(),
  /** Windows' forbidden letters and reserved names. */
  isWindows: v.boolean(),
  /** First names that differ from the manifest's because something stood there already. */
  top: v.record(v.string(), v.string()),
})
export type NameRules = v.InferOutput<typeof NameRules>

/** Names that Windows keeps for devices, with any extension. */
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i
// eslint-disable-next-line no-control-regex -- Windows forbids control characters
const FORBIDDEN = /[<>:"|?*\\\u0000-\u001f]/g
/** What is appended to a file that is not finished. */
export const PART = '.part'
const MAX_NAME_BYTES = 255

interface LocalFile {
  readonly final: string
  readonly part: string
}

export interface LocalNames {
  /** One per manifest entry, in its order; relative to the destination. */
  readonly paths: readonly string[]
  /** One per file, in manifest order. */
  readonly files: readonly LocalFile[]
  readonly rules: NameRules
  /** Entries whose path differs from the manifest's, top names apart. */
  readonly renamedCount: number
}

export function windowsName(name: string): string {
  const clean = name.replaceAll(FORBIDDEN, '_').replace(/[. ]+$/, (tail) => '_'.repeat(tail.length))
  return RESERVED.test(clean) ? `_${clean}` : clean
}

/** A link's target by the names that this system can hold: on Windows `C:` would be a drive. */
export function localTarget(target: string, rules: Pick<NameRules, 'isWindows'>): string {
  if (!rules.isWindows) return target
  return target
    .split('/')
    .map((name) => (name === '..' ? name : windowsName(name)))
    .join('/')
}

export function localNames(manifest: Manifest, rules: NameRules): LocalNames {
  const folders = new Folders(rules)
  const paths: string[] = []
  let renamedCount = 0
  for (const entry of manifest.entries) {
    const path = folders.localPath(entry.path)
    paths.push(path)
    const slash = entry.path.indexOf('/')
    const top = slash < 0 ? entry.path : entry.path.slice(0, slash)
    if (path !== (rules.top[top] ?? top) + entry.path.slice(top.length)) renamedCount++
  }
  const taken = new Set(paths.map((path) => folders.fold(path)))
  const files: LocalFile[] = []
  manifest.entries.forEach((entry, i) => {
    const final = paths[i] ?? ''
    if (entry.kind === 'file') files.push({ final, part: partName(final, files.length, taken, folders) })
  })
  return { paths, files, rules, renamedCount }
}

/** `<name>.part`, unless the share itself has such a file or the name would be too long. */
function partName(final: string, index: number, taken: ReadonlySet<string>, folders: Folders): string {
  const usual = final + PART
  const slash = final.lastIndexOf('/') + 1
  if (!taken.has(folders.fold(usual)) && utf8(final.slice(slash)).length + PART.length <= MAX_NAME_BYTES)
    return usual
  for (let count = 0; ; count++) {
    const other = `${final.slice(0, slash)}beeline-${index}-${count}${PART}`
    if (!taken.has(folders.fold(other))) return other
  }
}

class Folders {
  readonly #rules: NameRules
  /** By folder's local path: folded local name → manifest name that has it. */
  readonly #names = new Map<string, Map<string, string>>()
  /** By manifest path. */
  readonly #known = new Map<string, string>()

  constructor(rules: NameRules) {
    this.#rules = rules
  }

  fold(name: string): string {
    return this.#rules.foldsCase ? name.normalize('NFC').toLowerCase().normalize('NFC') : name
  }

  localPath(path: string): string {
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const slash = path.lastIndexOf('/')
    const parent = slash < 0 ? '' : this.localPath(path.slice(0, slash))
    const name = path.slice(slash + 1)
    const local = (parent === '' ? '' : `${parent}/`) + this.#claim(parent, name, slash < 0)
    this.#known.set(path, local)
    return local
  }

  #claim(parent: string, name: string, isTop: boolean): string {
    const wanted =
      (isTop ? this.#rules.top[name] : undefined) ?? (this.#rules.isWindows ? windowsName(name) : name)
    if (!this.#rules.foldsCase && !this.#rules.isWindows) return wanted // nothing can collide
    const names = this.#names.get(parent) ?? new Map<string, string>()
    this.#names.set(parent, names)
    let free = wanted
    for (let count = 2; names.has(this.fold(free)) && names.get(this.fold(free)) !== name; count++) {
      free = numberedName(wanted, count)
    }
    names.set(this.fold(free), name)
    return free
  }
}

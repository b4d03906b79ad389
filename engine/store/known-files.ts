/**
 * Files of other shares that stand on this disk and may hold what a download wants: same size, so perhaps same content.
 * Nothing here is believed; whoever uses it compares hashes.
 */

import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as v from 'valibot'
import { filesOf, type Manifest } from '#shared/share/manifest.ts'
import { decodeManifest } from '#shared/share/manifest-codec.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { TransferId } from '#shared/api/views.ts'
import type { Library } from '../library/library.ts'
import type { TransferRow } from '../library/rows.ts'
import { localNames, NameRules } from './local-names.ts'

/** Shares that are looked through, the latest first: a library of years must not delay a download. */
const MAX_TRANSFERS = 50
/** Files that are looked at, over all of them. */
const MAX_FILES = 300_000
/** Places tried for one file. More would only be more copies of the same film. */
const MAX_PLACES = 3

const SavedRules = v.pipe(v.string(), v.parseJson(), NameRules)
const SentPaths = v.pipe(v.string(), v.parseJson(), v.array(v.string()))

interface KnownPlace {
  /** On this disk. */
  readonly path: string
  /** In its share. */
  readonly inShare: string
}

/** Where each file of a manifest may stand already, by its index; the likeliest place first. */
export type KnownFiles = ReadonlyMap<number, readonly string[]>

/** Throws AppError `transfer.stopped`. @param except the download itself. @param log is told of what cannot be read, which is left out */
export async function findKnownFiles(
  library: Pick<Library, 'transfers' | 'share'>,
  manifest: Manifest,
  except: TransferId,
  log: (event: string, fields: Record<string, string>) => void,
  signal: AbortSignal,
): Promise<KnownFiles> {
  const files = filesOf(manifest)
  const sizes = new Set(files.map(({ sizeBytes }) => sizeBytes))
  const places = new Places()
  const others = library.transfers().filter(({ id }) => id !== except)
  let looked = 0
  for (const transfer of others.slice(0, MAX_TRANSFERS)) {
    // Large lists take a while, and others want the event loop.
    await setImmediate()
    if (signal.aborted) throw new AppError('transfer.stopped')
    if (looked >= MAX_FILES) break
    try {
      for (const { sizeBytes, ...place } of placesOf(library, transfer)) {
        looked++
        if (sizes.has(sizeBytes)) places.add(place, sizeBytes)
      }
    } catch (thrown) {
      // An old row that is damaged costs a chance, not the download.
      log('known-files.left-out', { code: toAppError(thrown).code })
    }
  }
  const found = new Map<number, readonly string[]>()
  files.forEach(({ path: wanted, sizeBytes }, index) => {
    const likeliest = places.likeliest(wanted, sizeBytes)
    if (likeliest.length > 0) found.set(index, likeliest)
  })
  return found
}

class Places {
  /** By size, and by size and name: many small files have one size. */
  readonly #bySize = new Map<number, KnownPlace[]>()
  readonly #byName = new Map<string, KnownPlace[]>()

  add(place: KnownPlace, sizeBytes: number): void {
    const alike = this.#bySize.get(sizeBytes) ?? []
    if (alike.length < MAX_PLACES) alike.push(place)
    this.#bySize.set(sizeBytes, alike)
    const key = `${sizeBytes} ${nameOf(place.inShare)}`
    const named = this.#byName.get(key) ?? []
    named.push(place)
    this.#byName.set(key, named)
  }

  /** Those with the same name first, in folders of the same names before others. */
  likeliest(wanted: string, sizeBytes: number): string[] {
    const named = this.#byName.get(`${sizeBytes} ${nameOf(wanted)}`) ?? []
    const closest = [...named].sort(
      (a, b) => sharedFolders(b.inShare, wanted) - sharedFolders(a.inShare, wanted),
    )
    const all = [...closest.slice(0, MAX_PLACES), ...(this.#bySize.get(sizeBytes) ?? [])]
    return [...new Set(all.map((place) => place.path))].slice(0, MAX_PLACES)
  }
}

function nameOf(inShare: string): string {
  return inShare.slice(inShare.lastIndexOf('/') + 1)
}

/** How many names two paths have in common, from the end. */
function sharedFolders(left: string, right: string): number {
  const ours = left.split('/').reverse()
  const theirs = right.split('/').reverse()
  const firstDifference = ours.findIndex((name, position) => name !== theirs[position])
  return firstDifference < 0 ? ours.length : firstDifference
}

function* placesOf(
  library: Pick<Library, 'share'>,
  transfer: TransferRow,
): Generator<KnownPlace & { readonly sizeBytes: number }> {
  const bytes = library.share(transfer.topic)?.manifest ?? null
  if (bytes === null) return
  const manifest = decodeManifest(bytes)
  const pathOf = transfer.role === 'send' ? sentPaths(transfer) : receivedPaths(transfer, manifest)
  if (pathOf === undefined) return
  for (const [index, { path: inShare, sizeBytes }] of filesOf(manifest).entries()) {
    const place = pathOf(inShare, index)
    // An empty file is made, not copied.
    if (place !== undefined && sizeBytes > 0) yield { path: place, inShare, sizeBytes }
  }
}

type PathOf = (inShare: string, index: number) => string | undefined

/** The folder or file whose name a path in the share begins with. */
function sentPaths({ place }: TransferRow): PathOf {
  const tops = new Map(v.parse(SentPaths, place).map((top) => [path.basename(top), top]))
  return (inShare) => {
    const [top = '', ...rest] = inShare.split('/')
    const root = tops.get(top)
    return root === undefined ? undefined : path.join(root, ...rest)
  }
}

function receivedPaths({ place, names }: TransferRow, manifest: Manifest): PathOf | undefined {
  if (names === null) return undefined
  const local = localNames(manifest, v.parse(SavedRules, names))
  return (_inShare, index) => {
    const file = local.files[index]
    return file === undefined ? undefined : path.join(place, file.final)
  }
}

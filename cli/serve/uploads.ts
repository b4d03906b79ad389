/**
 * Files that a browser leaves for the engine to share, because a page has no paths: streamed to the disk under
 * `<dataDir>/uploads/<id>/`, whole or not at all. What no share uses any more is removed at the next start.
 */

import { createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { freeBytes } from '#engine/store/destination.ts'
import { errnoOf, writeError } from '#engine/store/disk-error.ts'
import { windowsName } from '#engine/store/local-names.ts'
import { AppError } from '#shared/errors.ts'
import { refusePath } from '#shared/share/manifest.ts'

/** Chosen by the page. Never begins with a dot, so it cannot be the folder of unfinished files. */
const UPLOAD_ID = /^[0-9a-zA-Z][0-9a-zA-Z_-]{15,63}$/
const UNFINISHED = '.unfinished'
/** Left free for everything else that this disk is for: the library, other programs. */
const SPARE_BYTES = 64 * 1024 * 1024

export interface UploadDetails {
  /** Undefined when the page did not say. */
  readonly sizeBytes: number | undefined
  /** Modification time, milliseconds since 1970. */
  readonly modifiedMs: number | undefined
}

export class Uploads {
  readonly #root: string
  /** Handed over: a share may read them, so nothing is added. */
  readonly #finished = new Set<string>()
  /** Files on their way, by upload. */
  readonly #running = new Map<string, number>()
  #count = 0

  constructor(root: string) {
    this.#root = root
  }

  /**
   * Removes what an earlier run left unfinished, and what no share uses.
   * @param sharedPaths files and folders of all own shares, absolute
   */
  async clean(sharedPaths: readonly string[]): Promise<void> {
    await rm(path.join(this.#root, UNFINISHED), { recursive: true, force: true })
    for (const id of await namesIn(this.#root)) {
      const folder = path.join(this.#root, id)
      const isUsed = sharedPaths.some((shared) => shared === folder || shared.startsWith(folder + path.sep))
      if (!isUsed && UPLOAD_ID.test(id)) await rm(folder, { recursive: true, force: true })
    }
  }

  /** Throws AppError; then nothing of this file is left. */
  async receive(id: string, name: string, content: Readable, details: UploadDetails): Promise<void> {
    const target = this.#locate(id, name)
    await this.#while(id, async () => {
      const unfinished = path.join(this.#root, UNFINISHED, String(this.#count++))
      try {
        await mkdir(path.dirname(unfinished), { recursive: true, mode: 0o700 })
        await this.#checkSpace(details.sizeBytes ?? 0)
        // The request outlives a disk that fails: the browser is to hear why.
        const chunks = content.iterator({ destroyOnReturn: false })
        await pipeline(chunks, createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }))
        if (details.modifiedMs !== undefined) {
          await utimes(unfinished, new Date(), new Date(details.modifiedMs))
        }
        await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
        if (await isThere(target)) throw new AppError('upload.failed', { detail: `there already: ${name}` })
        await rename(unfinished, target)
      } catch (thrown) {
        throw uploadError(thrown, name)
      } finally {
        await rm(unfinished, { force: true })
      }
    })
  }

  /** For a folder with nothing in it. Throws AppError. */
  async makeFolder(id: string, name: string): Promise<void> {
    const target = this.#locate(id, name)
    await this.#while(id, async () => {
      try {
        await mkdir(target, { recursive: true, mode: 0o700 })
      } catch (thrown) {
        throw uploadError(thrown, name)
      }
    })
  }

  /** @returns what was left at the top, absolute: what to share. Throws AppError. */
  async finish(id: string): Promise<string[]> {
    const folder = this.#locate(id)
    if ((this.#running.get(id) ?? 0) > 0) {
      throw new AppError('upload.failed', { detail: 'files are still on their way' })
    }
    // From here on nothing is added, or a share could miss what comes while its folder is read.
    this.#finished.add(id)
    const names = await namesIn(folder)
    if (names.length === 0) {
      this.#finished.delete(id)
      throw new AppError('share.empty')
    }
    return names.sort().map((name) => path.join(folder, name))
  }

  async #while(id: string, act: () => Promise<void>): Promise<void> {
    if (this.#finished.has(id)) throw new AppError('upload.failed', { detail: 'this upload is finished' })
    this.#running.set(id, (this.#running.get(id) ?? 0) + 1)
    try {
      await act()
    } finally {
      const count = (this.#running.get(id) ?? 1) - 1
      if (count > 0) this.#running.set(id, count)
      else this.#running.delete(id)
    }
  }

  /** @param name with `/`, a stranger's. Throws AppError when it would leave the upload's folder. */
  #locate(id: string, name?: string): string {
    if (!UPLOAD_ID.test(id)) throw new AppError('upload.failed', { detail: 'the upload has no valid number' })
    const folder = path.join(this.#root, id)
    if (name === undefined) return folder
    const reason = refusePath(name)
    if (reason !== undefined) throw new AppError('manifest.bad-name', { detail: reason })
    const names = name.split('/')
    return path.join(folder, ...(process.platform === 'win32' ? names.map(windowsName) : names))
  }

  async #checkSpace(sizeBytes: number): Promise<void> {
    const free = await freeBytes(this.#root)
    if (sizeBytes + SPARE_BYTES > free)
      throw new AppError('disk.no-space', { detail: `${free} bytes are free` })
  }
}

/** Known ones keep their code; a connection that broke has none of the disk's. */
function uploadError(thrown: unknown, name: string): AppError {
  if (thrown instanceof AppError) return thrown
  const error = writeError(thrown, name)
  return error.code === 'disk.failed' || errnoOf(thrown) === 'ENOTDIR' || errnoOf(thrown) === 'EEXIST'
    ? new AppError('upload.failed', { detail: error.detail ?? '', cause: thrown })
    : error
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file)
    return true
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return false
    throw cause
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return []
    throw cause
  }
}

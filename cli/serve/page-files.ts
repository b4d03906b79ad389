/**
 * The page's files, read once when the server starts: what is not among them does not exist, so no path of a request
 * ever reaches the disk.
 */

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors.ts'

export interface PageFile {
  readonly type: string
  readonly cacheControl: string
  readonly body: Buffer
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** Vite puts a hash of the content into these names. */
const HASHED = /^\/assets\/.*-[\w-]{8,}\.\w+$/

/** By URL path. Throws AppError `ui.not-built`. */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>()
  for (const name of await namesIn(folder)) {
    const type = TYPES[path.extname(name).toLowerCase()]
    // Source maps and whatever else is not for browsers stays out.
    if (type === undefined) continue
    const url = `/${name.split(path.sep).join('/')}`
    const cacheControl = HASHED.test(url) ? 'public, max-age=31536000, immutable' : 'no-cache'
    files.set(url, { type, cacheControl, body: await readFile(path.join(folder, name)) })
  }
  const index = files.get('/index.html')
  if (index === undefined) throw new AppError('ui.not-built', { detail: folder })
  files.set('/', index)
  return files
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(path.relative(folder, entry.parentPath), entry.name))
  } catch (cause) {
    throw new AppError('ui.not-built', { detail: folder, cause })
  }
}

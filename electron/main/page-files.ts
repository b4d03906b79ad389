/** Answers the page's requests from one folder, as a web server would, and refuses everything that is not in it. */

import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { PAGE_HEADERS } from '#shared/api/page-policy.ts'
import { isPageUrl } from './sender.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** Separators, drive letters and file streams: a name that has one of them is more than a name somewhere. */
const NOT_A_NAME = /[/\\:\0]/

/**
 * Below `folder`, or undefined. Not by `resolve`, which starts anew at a path that begins with `/`: segment by segment,
 * after decoding, because `%2e%2e%2f` is not taken apart by the URL parser.
 */
export function fileOfPage(folder: string, url: string): string | undefined {
  if (!isPageUrl(url)) return undefined
  const { pathname } = new URL(url)
  if (pathname === '/') return join(folder, 'index.html')
  const segments: string[] = []
  for (const encoded of pathname.slice(1).split('/')) {
    const segment = decoded(encoded)
    if (segment === undefined || ['', '.', '..'].includes(segment) || NOT_A_NAME.test(segment))
      return undefined
    segments.push(segment)
  }
  return join(folder, ...segments)
}

export function servePage(folder: string): (request: Request) => Promise<Response> {
  return async ({ method, url }) => {
    if (method !== 'GET') return refused(405)
    const file = fileOfPage(folder, url)
    const type = file === undefined ? undefined : TYPES[extname(file).toLowerCase()]
    if (file === undefined || type === undefined) return refused(404)
    try {
      const bytes = new Uint8Array(await readFile(file))
      return new Response(bytes, {
        headers: { ...PAGE_HEADERS, 'content-type': type, 'cache-control': 'no-cache' },
      })
    } catch {
      return refused(404)
    }
  }
}

function refused(status: number): Response {
  return new Response(null, { status, headers: PAGE_HEADERS })
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

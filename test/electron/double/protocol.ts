/**
 * Schemes of one's own. Chromium gets to see `app://beeline/` as `https://beeline.app.double.test/`, and the program's
 * real handler answers; whatever else a page asks for goes nowhere.
 */

import type { Route } from '@playwright/test'
import { app } from './app.ts'
import { note } from './spec-channel.ts'
import { strict } from './strict.ts'

type Handler = (request: Request) => Response | Promise<Response>

interface Privileges {
  readonly standard?: boolean
  readonly secure?: boolean
}

const schemes = new Map<string, Privileges>()
const handlers = new Map<string, Handler>()

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(list: readonly { scheme: string; privileges: Privileges }[]): void {
    if (app.isReady())
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const { scheme, privileges } of list) schemes.set(scheme, privileges)
  },
  handle(scheme: string, handler: Handler): void {
    if (!app.isReady()) throw new Error('protocol.handle needs app ready')
    const privileges = schemes.get(scheme)
    if (privileges?.standard !== true || privileges.secure !== true) {
      throw new Error(`Electron double: '${scheme}' must be registered as standard and secure`)
    }
    handlers.set(scheme, handler)
  },
})

export function toChromium(url: string): string {
  const { protocol: scheme, host, pathname, search, hash } = new URL(url)
  if (!schemes.has(scheme.slice(0, -1))) return url
  return `https://${host}.${scheme.slice(0, -1)}.double.test${pathname}${search}${hash}`
}

export function fromChromium(url: string): string {
  return url.replace(/^https:\/\/([^/]+)\.([a-z][a-z0-9]*)\.double\.test/, '$2://$1')
}

export async function answerRequest(route: Route): Promise<void> {
  const request = route.request()
  const url = fromChromium(request.url())
  const handler = handlers.get(new URL(url).protocol.slice(0, -1))
  if (handler === undefined) {
    note('network', url)
    await route.abort('internetdisconnected')
    return
  }
  const response = await handler(new Request(url, { method: request.method() }))
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  })
}

/** HTTP to a router: to that one address, of bounded size and time, and never on to anywhere else. */

import type { Gateway } from './router.ts'

/** A large description has 30 kB. */
export const MAX_ANSWER_BYTES = 128 * 1024
/** From the connection to the last byte: some routers think for a second. Milliseconds. */
const HTTP_LIMIT_MS = 3000

export interface HttpQuestion {
  readonly gateway: Gateway
  /** Made by `gatewayUrl`. */
  readonly url: URL
  /** Left out: the page is fetched. */
  readonly post?: { readonly body: string; readonly headers: Readonly<Record<string, string>> }
}

export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

/**
 * The address that a router named, when it is one of its own and of plain HTTP: a device must not be able to make us ask another
 * computer for something. Undefined otherwise.
 */
export function gatewayUrl(text: string, gateway: Gateway, base?: URL): URL | undefined {
  const url = URL.parse(text, base)
  if (url === null || url.protocol !== 'http:' || url.hostname !== gateway.address) return undefined
  return url.username === '' && url.password === '' ? url : undefined
}

/** Undefined when there is no answer, or too long a one. Redirects are answers, and not followed. Never rejects. */
export async function askHttp(question: HttpQuestion, signal?: AbortSignal): Promise<HttpAnswer | undefined> {
  const { gateway, url, post } = question
  // Here and not at the top: as an ES module it loads all of the system's fetch, 50 ms of every start.
  const { request } = await import('node:http')
  const { promise, resolve } = Promise.withResolvers<HttpAnswer | undefined>()
  const give = (): void => resolve(undefined)
  const limit = AbortSignal.timeout(HTTP_LIMIT_MS)
  const headers = { ...post?.headers, connection: 'close' }
  const asked = request(url, {
    method: post === undefined ? 'GET' : 'POST',
    headers,
    localAddress: gateway.localAddress,
    agent: false,
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  })
  asked.on('error', give)
  asked.on('close', give)
  asked.on('response', (response) => {
    const parts: Buffer[] = []
    let sizeBytes = 0
    response.on('error', give)
    response.on('data', (part: Buffer) => {
      sizeBytes += part.length
      if (sizeBytes <= MAX_ANSWER_BYTES) {
        parts.push(part)
        return
      }
      // First, because an end that has been read already is still told.
      give()
      asked.destroy()
    })
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
    )
  })
  asked.end(post?.body)
  return promise
}

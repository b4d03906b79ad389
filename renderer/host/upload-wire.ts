/** The requests of an upload to `beeline serve`: see docs/security.md. */

import * as v from 'valibot'
import { AppError, isErrorCode } from '#shared/errors.ts'
import type { UploadWire } from './upload.ts'

const Done = v.object({ paths: v.array(v.string()) })
const Failure = v.object({ code: v.string() })
const ID_BYTES = 16

/** @param base `capabilities.upload` */
export function uploadWire(base: string): UploadWire {
  const root = `${base}/${uploadId()}`
  return {
    put: (path, file, onBytes, signal) => put(`${root}/${encodePath(path)}`, file, onBytes, signal),
    finish: async (signal) => {
      const response = await fetch(`${root}/done`, { method: 'POST', signal }).catch((cause: unknown) => {
        throw signal.aborted ? new AppError('transfer.stopped') : new AppError('api.closed', { cause })
      })
      const body: unknown = await response.json().catch(() => undefined)
      if (!response.ok) throw failureOf(body)
      const parsed = v.safeParse(Done, body)
      if (!parsed.success) throw new AppError('api.protocol')
      return parsed.output.paths
    },
  }
}

/** `fetch` does not tell how much of a body has gone. */
function put(
  url: string,
  file: File | null,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const request = new XMLHttpRequest()
  const stop = (): void => request.abort()
  request.open('PUT', url)
  if (file !== null) request.setRequestHeader('x-beeline-modified', String(file.lastModified))
  request.responseType = 'json'
  request.upload.addEventListener('progress', ({ loaded }) => onBytes(loaded))
  request.addEventListener('load', () => {
    const body: unknown = request.response
    if (request.status === 201) resolve()
    else reject(failureOf(body))
  })
  request.addEventListener('error', () => reject(new AppError('upload.failed')))
  request.addEventListener('abort', () => reject(new AppError('transfer.stopped')))
  request.addEventListener('loadend', () => signal.removeEventListener('abort', stop))
  signal.addEventListener('abort', stop, { once: true })
  request.send(file)
  return promise
}

function failureOf(body: unknown): AppError {
  const parsed = v.safeParse(Failure, body)
  return new AppError(
    parsed.success && isErrorCode(parsed.output.code) ? parsed.output.code : 'upload.failed',
  )
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** `crypto.randomUUID` is missing on pages without TLS, such as one of a computer in the same network. */
function uploadId(): string {
  return crypto
    .getRandomValues(new Uint8Array(ID_BYTES))
    .reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')
}

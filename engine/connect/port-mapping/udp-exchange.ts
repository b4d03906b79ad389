/** One question to a router over UDP and its answer, asked again while none comes. */

import { createSocket } from 'node:dgram'
import type { Gateway } from './router.ts'

/**
 * When the question is asked, counted from the start. The pace of RFC 6886 §3.1, cut short: a router is one hop away, and where
 * none answers nobody waits for it. Milliseconds.
 */
const SEND_AT_MS = [0, 250, 750]
/** The last question has more than a second for its answer: some routers are slow. Milliseconds. */
const EXCHANGE_LIMIT_MS = 2000

export interface Question<Answer> {
  readonly gateway: Gateway
  readonly port: number
  readonly bytes: Uint8Array
  /** Undefined for what is no answer to this question. */
  readonly read: (bytes: Uint8Array) => Answer | undefined
}

/**
 * Undefined when nothing answers, which is known at once where the port is closed. The kernel lets in datagrams of this router and
 * port alone, because the socket is connected. Rejects with the signal's reason only.
 */
export async function ask<Answer>(
  question: Question<Answer>,
  signal?: AbortSignal,
): Promise<Answer | undefined> {
  signal?.throwIfAborted()
  const { gateway, port, bytes, read } = question
  const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>()
  const socket = createSocket('udp4')
  const give = (): void => resolve(undefined)
  const abort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  socket.on('error', give)
  socket.on('message', (message) => {
    const answer = read(message)
    if (answer !== undefined) resolve(answer)
  })
  const timers = [setTimeout(give, EXCHANGE_LIMIT_MS)]
  socket.bind({ address: gateway.localAddress, port: 0 }, () => {
    socket.connect(port, gateway.address, (error?: Error) => {
      if (error !== undefined) return give()
      for (const atMs of SEND_AT_MS) timers.push(setTimeout(() => socket.send(bytes, ignore), atMs))
    })
  })
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', abort)
    for (const timer of timers) clearTimeout(timer)
    socket.close()
  }
}

/** What a send fails with is told by the socket as well, or by the silence that follows. */
function ignore(): void {}

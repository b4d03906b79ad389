/** Opens a way to a STUN or TURN server: a UDP socket, or a TCP or TLS connection. */

import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { openStream, unreachable } from './stream-transport.ts'
import type { ServerAddress, TransportListener, TransportOptions, TurnTransport } from './turn-transport.ts'

/** Resolves when messages can be sent. Rejects with AppError `turn.*`, or the signal's reason. */
export function openTransport(
  server: ServerAddress,
  options: TransportOptions,
  listener: TransportListener,
  signal: AbortSignal,
): Promise<TurnTransport> {
  return server.kind === 'udp'
    ? openUdp(server, listener, signal)
    : openStream(server, options, listener, signal)
}

async function openUdp(
  server: ServerAddress,
  listener: TransportListener,
  signal: AbortSignal,
): Promise<TurnTransport> {
  signal.throwIfAborted()
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
  let isClosed = false
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    socket.close()
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (cause: NodeJS.ErrnoException): void => {
    if (isClosed) return
    close()
    const error = unreachable(cause)
    reject(error)
    listener.closed(error)
  }
  const abort = (): void => {
    close()
    reject(signal.reason)
  }
  // A connected socket hears only its server, and of ICMP refusals.
  socket.on('error', fail)
  socket.on('message', (bytes) => listener.message(bytes))
  signal.addEventListener('abort', abort, { once: true })
  socket.once('connect', resolve)
  socket.connect(server.port, server.address)
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
  return {
    kind: 'udp',
    send(bytes) {
      if (isClosed) return false
      socket.send(bytes, (error) => {
        // A full queue is what networks have; a refusal is an end.
        if (error !== null && isRefusal(error)) fail(error)
      })
      return true
    },
    close,
  }
}

function isRefusal(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNREFUSED' || error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH'
}

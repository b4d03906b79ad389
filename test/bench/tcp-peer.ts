/** Bench process: one end of a plain TCP pipe. Arguments: `receive BYTES` or `send BYTES PORT`. */

import { connect, createServer } from 'node:net'
import { usage } from './usage.ts'

const [role, bytes = '0', port = '0'] = process.argv.slice(2)
const total = Number(bytes)

function report(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`)
}

if (role === 'receive') {
  const server = createServer((socket) => {
    const startedMs = performance.now()
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
      if (received < total) return
      report({ seconds: (performance.now() - startedMs) / 1000, ...usage() })
      socket.end()
      server.close()
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    report({ port: typeof address === 'object' ? address?.port : 0 })
  })
} else {
  const chunk = Buffer.alloc(64 * 1024, 1)
  const socket = connect(Number(port), '127.0.0.1')
  let sent = 0
  const pump = (): void => {
    while (sent < total) {
      sent += chunk.length
      if (!socket.write(chunk)) return
    }
    socket.end()
  }
  socket.on('connect', pump)
  socket.on('drain', pump)
  socket.on('close', () => report(usage()))
}

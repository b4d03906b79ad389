/**
 * Asks its router for a port, in a process of its own inside a host: `node port-asker.ts [port]`. Writes what came out as lines of
 * JSON, then every datagram that comes in, which it sends back; ends when its input ends, having given the port back.
 */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { openPortMapper } from '#engine/connect/port-mapping/port-mapper.ts'

const socket = createSocket('udp4')
socket.bind(Number(process.argv[2] ?? 0))
await once(socket, 'listening')
const mapper = openPortMapper({ isEnabled: true })
const startMs = performance.now()
const mapped = await mapper.open(socket.address().port, AbortSignal.timeout(10_000))
const tookMs = Math.round(performance.now() - startMs)
const opened = mapped === undefined ? null : { address: mapped.address, port: mapped.port }
console.log(JSON.stringify({ state: mapper.state, opened, localPort: socket.address().port, tookMs }))
socket.on('message', (message, sender) => {
  console.log(JSON.stringify({ heard: message.toString(), from: sender.address }))
  socket.send(message, sender.port, sender.address)
})
process.stdin.resume()
await once(process.stdin, 'end')
await mapper[Symbol.asyncDispose]()
socket.close()
console.log(JSON.stringify({ closed: true }))

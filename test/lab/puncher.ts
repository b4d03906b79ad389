/**
 * A process that punches: it prints the outside address of its socket, reads the other side's from standard input, sends there a
 * few times, and prints whose packets came in. Arguments: the reflector's first address.
 */

import { createSocket } from 'node:dgram'
import { createInterface } from 'node:readline'
import { REFLECTOR_PORTS, readAnswer } from './reflection.ts'

/** Both sides send this often, so that it does not matter who begins. */
const SENDS = 10
const SEND_EVERY_MS = 50

const [reflector = ''] = process.argv.slice(2)
const socket = createSocket('udp4')
let hasMapping = false
const heard = new Set<string>()

socket.on('message', (data, from) => {
  const answer = readAnswer(data)
  if (answer === undefined) {
    heard.add(`${from.address}:${from.port}`)
  } else if (!hasMapping) {
    hasMapping = true
    process.stdout.write(`${answer.seen.address}:${answer.seen.port}\n`)
  }
})
socket.bind(0, () => ask())

for await (const line of createInterface({ input: process.stdin })) {
  const [address, port] = line.split(':')
  for (let sent = 0; sent < SENDS; sent++) {
    socket.send('punch', Number(port), address, () => undefined)
    await new Promise((resolve) => setTimeout(resolve, SEND_EVERY_MS))
  }
  break
}
socket.close()
process.stdout.write(`${JSON.stringify([...heard])}\n`)
process.exit()

function ask(): void {
  if (hasMapping) return
  socket.send(JSON.stringify({ id: 1 }), REFLECTOR_PORTS[0], reflector)
  setTimeout(ask, SEND_EVERY_MS * SENDS).unref()
}

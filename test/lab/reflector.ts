/**
 * A process with two addresses and two ports that tells everybody which address it sees, and answers from the socket it is asked
 * to answer from: what RFC 5780 needs of a STUN server, in a few lines of our own. Arguments: two addresses.
 */

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { REFLECTOR_PORTS, type ReflectorAnswer, readQuestion } from './reflection.ts'

const sockets = new Map<string, Socket>()

for (const [place, address] of process.argv.slice(2).entries()) {
  for (const port of REFLECTOR_PORTS) {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    const isFirstPort = port === REFLECTOR_PORTS[0]
    sockets.set(
      `${place === 0 ? 'first' : 'second'}-address ${isFirstPort ? 'first' : 'second'}-port`,
      socket,
    )
    socket.on('message', (data, from) => {
      const question = readQuestion(data)
      if (question === undefined) return
      const answer: ReflectorAnswer = { id: question.id, seen: { address: from.address, port: from.port } }
      const answering = question.answerFrom === undefined ? socket : sockets.get(question.answerFrom)
      answering?.send(JSON.stringify(answer), from.port, from.address)
    })
    socket.bind(port, address)
    await once(socket, 'listening')
  }
}
process.stdout.write('listening\n')

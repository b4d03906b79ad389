/** Answers for names by multicast DNS, as a browser does: `node name-responder.ts name=address…`. Runs until it is ended. */

import { decode, encode } from 'dns-packet'
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { localLinks } from '#engine/connect/mdns/local-links.ts'

const PORT = 5353
const addresses = new Map(
  process.argv.slice(2).map((argument): [string, string] => {
    const [name = '', address = ''] = argument.split('=')
    return [name, address]
  }),
)
for (const family of ['ipv4', 'ipv6'] as const) {
  const group = family === 'ipv4' ? '224.0.0.251' : 'ff02::fb'
  const socket = createSocket({
    type: family === 'ipv4' ? 'udp4' : 'udp6',
    reuseAddr: true,
    ipv6Only: family === 'ipv6',
  })
  socket.on('message', (message) => {
    const { type, questions = [] } = decode(message)
    if (type !== 'query') return
    for (const { name, type: asked } of questions) {
      console.log(`${family} ${name} ${asked}`)
      const address = addresses.get(name)
      if (address === undefined || asked !== (isIPv6(address) ? 'AAAA' : 'A')) continue
      const answer = { type: asked, name, ttl: 120, flush: true, data: address } as const
      // To the group alone, whoever has asked.
      socket.send(encode({ type: 'response', flags: 1024, answers: [answer] }), PORT, group)
    }
  })
  socket.bind(PORT, () => {
    for (const link of localLinks().filter((one) => one.family === family)) {
      try {
        socket.addMembership(group, link.multicastInterface)
        socket.setMulticastInterface(link.multicastInterface)
      } catch {
        // The second address of one interface.
      }
    }
    console.log(`${family} listens`)
  })
}

/**
 * Bench process: a mailbox server of the magic-wormhole protocol, for the two programs that need one. Debian has none. Keeps
 * what one meeting needs and nothing else. Arguments: `ADDRESS`; prints its port. Stands in for the transit relay too, which
 * wormhole-william insists on reaching: whoever comes is kept waiting.
 * https://github.com/magic-wormhole/magic-wormhole-protocols/blob/main/server-protocol.md
 */

import { createServer } from 'node:net'
import * as v from 'valibot'
import { WebSocketServer, type WebSocket } from 'ws'

const Message = v.looseObject({
  type: v.string(),
  id: v.optional(v.string()),
  side: v.optional(v.string()),
  nameplate: v.optional(v.string()),
  mailbox: v.optional(v.string()),
  phase: v.optional(v.string()),
  body: v.optional(v.string()),
  ping: v.optional(v.number()),
})

interface Mailbox {
  readonly said: object[]
  readonly open: Set<WebSocket>
}

const mailboxes = new Map<string, Mailbox>()
const server = new WebSocketServer({ host: process.argv[2] ?? '127.0.0.1', port: 0, path: '/v1' })

server.on('connection', (socket) => {
  let side = ''
  let mailbox: Mailbox | undefined
  const say = (message: object): void =>
    socket.send(JSON.stringify({ ...message, server_tx: Date.now() / 1000 }))
  say({ type: 'welcome', welcome: {} })
  socket.on('close', () => mailbox?.open.delete(socket))
  socket.on('message', (data: Buffer) => {
    const message = v.parse(v.pipe(v.string(), v.parseJson(), Message), data.toString())
    say({ type: 'ack', id: message.id })
    switch (message.type) {
      case 'bind':
        side = message.side ?? ''
        return
      case 'list':
        return say({ type: 'nameplates', nameplates: [] })
      case 'allocate':
        return say({ type: 'allocated', nameplate: '1' })
      case 'claim':
        return say({ type: 'claimed', mailbox: `mailbox-${message.nameplate}` })
      case 'release':
        return say({ type: 'released' })
      case 'open': {
        mailbox = mailboxOf(message.mailbox ?? '')
        mailbox.open.add(socket)
        for (const said of mailbox.said) say(said)
        return
      }
      case 'add': {
        const { phase, body, id } = message
        const said = { type: 'message', side, phase, body, id }
        mailbox?.said.push(said)
        const text = JSON.stringify(said)
        for (const other of mailbox?.open ?? []) other.send(text)
        return
      }
      case 'close':
        mailbox?.open.delete(socket)
        return say({ type: 'closed' })
      case 'ping':
        return say({ type: 'pong', pong: message.ping })
      default:
        return
    }
  })
})

function mailboxOf(name: string): Mailbox {
  const known = mailboxes.get(name)
  if (known !== undefined) return known
  const fresh: Mailbox = { said: [], open: new Set() }
  mailboxes.set(name, fresh)
  return fresh
}

const TRANSIT_PORT = 4001
createServer((socket) => socket.on('error', () => undefined).resume()).listen(TRANSIT_PORT, process.argv[2])

server.on('listening', () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  process.stdout.write(`${JSON.stringify({ port })}\n`)
})

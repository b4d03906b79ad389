/**
 * Bench process: one end of a bare data channel, without files, hashing or protocol. Arguments: `offer BYTES` or
 * `answer BYTES`. Signals travel over standard input and output.
 */

import { createInterface } from 'node:readline'
import nodeDataChannel, { type DataChannel } from 'node-datachannel'
import { usage } from './usage.ts'

const [role, bytes = '0'] = process.argv.slice(2)
const total = Number(bytes)
/** As Beeline sends them. */
const MESSAGE = Buffer.alloc(128 * 1024, 1)
const HIGH_WATER = 1024 * 1024

function report(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`)
}

const peer = new nodeDataChannel.PeerConnection('bench', {
  iceServers: [],
  bindAddress: '127.0.0.1',
  disableAutoNegotiation: true,
  maxMessageSize: 262_144,
})
peer.onLocalDescription((sdp, type) => setImmediate(() => report({ sdp, type })))
peer.onLocalCandidate((candidate, mid) => setImmediate(() => report({ candidate, mid })))
let channel: DataChannel | undefined

interface Signal {
  readonly sdp?: string
  readonly type?: 'offer' | 'answer'
  readonly candidate?: string
  readonly mid?: string
  readonly end?: boolean
}

const lines = createInterface(process.stdin)
// The bench itself is gone: nothing is left to do, and the library would keep the process alive.
lines.on('close', () => process.exit())
lines.on('line', (line) => {
  const signal = JSON.parse(line) as Signal
  if (signal.end === true) {
    report(usage())
    channel?.close()
    peer.close()
    lines.close()
  } else if (signal.sdp !== undefined && signal.type !== undefined) {
    peer.setRemoteDescription(signal.sdp, signal.type)
    if (signal.type === 'offer') {
      receive()
      peer.setLocalDescription('answer')
    }
  } else if (signal.candidate !== undefined) peer.addRemoteCandidate(signal.candidate, signal.mid ?? '0')
})

if (role === 'offer') {
  send()
  peer.setLocalDescription('offer')
}

function open(): DataChannel {
  return peer.createDataChannel('bench', { negotiated: true, id: 0 })
}

function send(): void {
  const out = open()
  channel = out
  let sent = 0
  const pump = (): void => {
    while (sent < total && out.bufferedAmount() < HIGH_WATER) {
      out.sendMessageBinary(MESSAGE)
      sent += MESSAGE.length
    }
  }
  out.setBufferedAmountLowThreshold(HIGH_WATER / 4)
  out.onBufferedAmountLow(() => setImmediate(pump))
  out.onOpen(() => setImmediate(pump))
}

function receive(): void {
  channel = open()
  let received = 0
  let startedMs = 0
  channel.onMessage((message) => {
    const length = typeof message === 'string' ? 0 : message.byteLength
    setImmediate(() => {
      if (received === 0) startedMs = performance.now()
      received += length
      if (received >= total) report({ seconds: (performance.now() - startedMs) / 1000, ...usage() })
    })
  })
}

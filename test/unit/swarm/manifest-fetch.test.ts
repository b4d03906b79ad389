/** When the list of files is asked for, and on which lane. */

import { expect, test } from 'vitest'
import { toHex } from '#shared/encoding/bytes.ts'
import { decodePeerMessage, type PeerMessage } from '#shared/protocol/peer-messages.ts'
import { hashManifest } from '#shared/share/manifest-codec.ts'
import type { Summary } from '#shared/share/summary.ts'
import { MemoryLane } from './memory-lane.ts'
import { Device, MemoryStore, peerNumber, VirtualSwarm } from './virtual-swarm.ts'

const MANIFEST = new Uint8Array(300_000).fill(7)
const SUMMARY: Summary = {
  version: 1,
  title: 'a share',
  sender: '',
  createdAtMs: 0,
  totalBytes: 1,
  fileCount: 1,
  folderCount: 0,
  pieceBytes: 256 * 1024,
  manifestBytes: MANIFEST.length,
  manifestHash: toHex(hashManifest(MANIFEST)),
  preview: [],
}

interface Newcomer {
  readonly device: Device
  /** A lane to somebody who only listens. @returns what that one hears */
  readonly open: (protocol: 'tls' | 'udp', number?: number) => PeerMessage['type'][]
  readonly run: (forMs: number) => Promise<unknown>
}

/** A device that knows what is offered and not yet which files. */
function newcomer(knowsSummary = true): Newcomer {
  const { clock, layout } = new VirtualSwarm(1024, 256 * 1024)
  const device = new Device(clock, 1, new MemoryStore(layout, undefined), { beginsLater: true })
  if (knowsSummary) device.swarm.learnSummary(SUMMARY, new Uint8Array(1))
  let count = 0
  return {
    device,
    open(protocol, number = 2) {
      const [theirs, mine] = MemoryLane.pair(clock, `${count++}`.padStart(16, '0'))
      mine.kind = 'direct'
      mine.protocol = protocol
      const heard: PeerMessage['type'][] = []
      theirs.attach({
        control: (text) => {
          const message = decodePeerMessage(text)
          if (message !== undefined) heard.push(message.type)
        },
        frame: () => undefined,
        writable: () => undefined,
        closed: () => undefined,
      })
      device.swarm.addLane(peerNumber(number), mine)
      return heard
    },
    run: (forMs) => clock.run(forMs),
  }
}

test('on a stream it is asked for right behind the greeting, before the other side has said anything', async () => {
  const { open, run } = newcomer()
  const heard = open('tls')
  await run(50)
  expect(heard).toEqual(['hello', 'manifest.get', 'manifest.get', 'manifest.get'])
})

test('on a data channel it waits for the other side’s greeting, which the answer could overtake', async () => {
  const { open, run } = newcomer()
  const heard = open('udp')
  await run(50)
  expect(heard).toEqual(['hello'])
})

test('it is asked of one peer at a time, and not before it is known how long it is', async () => {
  const { open, run } = newcomer()
  open('tls')
  const other = open('tls', 3)
  await run(50)
  expect(other).toEqual(['hello'])
  const { open: openLater, run: runLater } = newcomer(false)
  const heard = openLater('tls')
  await runLater(50)
  expect(heard).toEqual(['hello'])
})

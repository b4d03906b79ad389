/** A peer that says whatever a test wants, and remembers what it heard. */

import { decodePeerMessage, encodePeerMessage, type PeerMessage } from '#shared/protocol/peer-messages.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { MemoryLane } from './memory-lane.ts'
import { peerNumber, type Device, type VirtualSwarm } from './virtual-swarm.ts'

export class RawPeer {
  readonly peer: PeerId
  readonly heard: PeerMessage[] = []
  #lane: MemoryLane | undefined

  constructor(number: number) {
    this.peer = peerNumber(number)
  }

  join(swarm: VirtualSwarm, device: Device): void {
    const [mine, theirs] = swarm.lane()
    this.#lane = mine
    mine.attach({
      control: (text) => {
        const message = decodePeerMessage(text)
        if (message === undefined) return
        this.heard.push(message)
        if (message.type === 'ping') this.say({ type: 'pong', id: message.id })
      },
      frame: () => undefined,
      writable: () => undefined,
      closed: () => undefined,
    })
    device.swarm.addLane(this.peer, theirs)
  }

  greet(more: Pick<Extract<PeerMessage, { type: 'hello' }>, 'features' | 'key'>): void {
    this.say({ type: 'hello', version: 1, name: '', agent: '', ...more })
  }

  say(message: PeerMessage): void {
    this.#lane?.sendControl(encodePeerMessage(message))
  }
}

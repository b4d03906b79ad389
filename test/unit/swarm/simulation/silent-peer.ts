/** A peer that claims to have everything, greets, answers pings, and never sends a block. */

import {
  decodePeerMessage,
  encodeBits,
  encodePeerMessage,
  type PeerMessage,
} from '#shared/protocol/peer-messages.ts'
import type { PeerId } from '#shared/share/keys.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { SimulatedLane } from './network.ts'

export class SilentPeer {
  readonly peer: PeerId
  readonly #pieceCount: number
  requestCount = 0

  constructor(peer: PeerId, pieceCount: number) {
    this.peer = peer
    this.#pieceCount = pieceCount
  }

  greet(lane: SimulatedLane): void {
    const say = (message: PeerMessage): void => void lane.sendControl(encodePeerMessage(message))
    lane.attach({
      control: (text) => {
        const message = decodePeerMessage(text)
        if (message?.type === 'ping') say({ type: 'pong', id: message.id })
        if (message?.type === 'request') this.requestCount++
      },
      frame: () => undefined,
      writable: () => undefined,
      closed: () => undefined,
    })
    say({ type: 'hello', version: 1, features: [], name: 'silent', agent: 'test' })
    say({ type: 'bitfield', bits: encodeBits(Bitfield.full(this.#pieceCount).toBytes()) })
  }
}

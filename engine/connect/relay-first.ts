/** For tests: a network on which lanes that may take any way find the relay alone, as when the direct way is slow. */

import type { ConnectionNetwork } from './network.ts'

export function relayFirst(network: ConnectionNetwork): ConnectionNetwork {
  return {
    config: (ways, role) => {
      const config = network.config(ways, role)
      // Whoever answers has its relays in reserve, and is let to them by the port of a candidate that is told to nobody.
      return ways === 'direct' || role === 'answer' ? config : { ...config, iceTransportPolicy: 'relay' }
    },
    allows: (candidate, side, ways) =>
      network.allows(candidate, side, ways) && (ways === 'direct' || candidate.type === 'relay'),
    allowRelays: (port) => network.allowRelays(port),
    forgetAgent: (port) => network.forgetAgent(port),
    cover: (candidate) => network.cover(candidate),
    uncover: (candidate) => network.uncover(candidate),
    route: (pair) => network.route(pair),
    noteOwn: (candidate) => network.noteOwn(candidate),
    settled: (relayed) => network.settled(relayed),
    onRelayLost: (listener) => network.onRelayLost(listener),
    release: (relayed) => network.release(relayed),
  }
}

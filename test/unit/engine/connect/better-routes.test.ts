/** What a window is told of a peer's routes is of one moment, whenever the peer was last looked after. */

import { expect, test } from 'vitest'
import * as v from 'valibot'
import { BetterRoutes } from '#engine/connect/better-routes.ts'
import type { PeerLook } from '#engine/connect/connector-options.ts'
import { newKnownPeer } from '#engine/connect/known-peer.ts'
import { NO_FACTS } from '#shared/protocol/network-facts.ts'
import { PeerId } from '#shared/share/keys.ts'
import { VirtualClock } from '../../swarm/virtual-clock.ts'
import { MemoryLane } from '../../swarm/memory-lane.ts'

const PEER = v.parse(PeerId, '0'.repeat(32))

test('a lane that has just become direct is in the history, and no better one is looked for', () => {
  let look: PeerLook = { kind: 'relayed', facts: undefined }
  const routes = new BetterRoutes({ facts: () => NO_FACTS, look: () => look, begin: () => undefined })
  const known = newKnownPeer(PEER, 0)
  const [lane] = MemoryLane.pair(new VirtualClock(), '0'.repeat(16))
  known.lanes.set(lane.id, lane)
  routes.look(known, 100)
  expect(routes.view(PEER, known, 150)).toMatchObject({
    history: [{ kind: 'relayed', sinceMs: 100 }],
    betterRoute: expect.not.stringMatching('none'),
  })
  look = { kind: 'lan', facts: undefined }
  expect(routes.view(PEER, known, 200)).toMatchObject({
    history: [
      { kind: 'relayed', sinceMs: 100 },
      { kind: 'lan', sinceMs: 200 },
    ],
    betterRoute: 'none',
  })
})

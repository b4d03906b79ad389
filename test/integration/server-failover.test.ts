/** Of many servers the next connection gets those that work, whatever stands before them in the list. */

import { afterEach, describe, expect, test } from 'vitest'
import { Network } from '#engine/connect/network.ts'
import { ServerHealth } from '#engine/connect/server-health.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { Coturn, coturnIsMissing, freePort, TURN_PASSWORD, TURN_USER } from './harness/coturn.ts'
import { eventually } from './harness/eventually.ts'

const missing = await coturnIsMissing()

const relay = (url: string, username = TURN_USER): IceServer => ({
  urls: [url],
  username,
  credential: TURN_PASSWORD,
})

let networks: Network[] = []

afterEach(() => {
  for (const network of networks) network[Symbol.dispose]()
  networks = []
})

function open(iceServers: readonly IceServer[], health = new ServerHealth()): () => string[] {
  const network = new Network({
    iceServers,
    policy: 'automatic',
    bindAddress: '127.0.0.1',
    portRange: undefined,
    health,
    log: () => undefined,
  })
  networks.push(network)
  // UDP on both places, so that there is no bridge: what the library gets is the server itself.
  return () =>
    network
      .config()
      .iceServers.map((server) => (typeof server === 'string' ? server : `${server.username} ${server.port}`))
}

describe.skipIf(missing !== undefined)(
  `failing servers${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test('make room for those that stand by, and the next share knows it at once', async () => {
      await using server = await Coturn.start()
      const dead = [await freePort(), await freePort(), await freePort()]
      const good = `turn:127.0.0.1:${server.port}`
      const list = [
        { urls: [`stun:127.0.0.1:${dead[0]}`, `stun:127.0.0.1:${server.port}`] },
        relay(`turn:127.0.0.1:${dead[1]}`),
        relay(`turn:127.0.0.1:${dead[2]}`),
        // It is there, but does not know this login.
        relay(good, 'otto'),
        relay(good),
      ]
      const health = new ServerHealth()
      const chosen = open(list, health)
      expect(chosen()).toEqual([
        `stun:127.0.0.1:${dead[0]}`,
        `${TURN_USER} ${dead[1]}`,
        `${TURN_USER} ${dead[2]}`,
      ])
      const expected = [`stun:127.0.0.1:${server.port}`, `${TURN_USER} ${server.port}`]
      await eventually('the servers that work', () => {
        const now = chosen()
        return expected.every((one, index) => now[index] === one)
      })
      const [, , last] = chosen()
      // Of the others the first is better than none.
      expect(last).toBe(`${TURN_USER} ${dead[1]}`)
      expect(open(list, health)().slice(0, 2)).toEqual(expected)
    })

    test('are not asked where nobody could take their place', async () => {
      const port = await freePort()
      const health = new ServerHealth()
      let isFailing = false
      health.onChange(() => (isFailing = true))
      const chosen = open([relay(`turn:127.0.0.1:${port}`)], health)
      expect(chosen()).toEqual([`${TURN_USER} ${port}`])
      await new Promise((resolve) => setTimeout(resolve, 4000))
      expect([chosen(), isFailing]).toEqual([[`${TURN_USER} ${port}`], false])
    })
  },
)

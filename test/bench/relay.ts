/** `npm run bench -- relay`: a file from one device to another through a TURN server, over UDP, TCP and TLS in turn. */

import { parseServer } from '#engine/connect/ice-url.ts'
import { Coturn, coturnIsMissing, TURN_PASSWORD, TURN_USER } from '#test/integration/harness/coturn.ts'
import type { BenchNetwork } from './bench-network.ts'
import { measureEngine, type Measured } from './one-to-one.ts'

/** With what the others are compared: no byte of it passes through JavaScript on its way to the relay. */
const UDP = 'TURN over UDP'

export interface RelayFigures {
  readonly ratios: Readonly<Record<string, number>>
  readonly runs: readonly Measured[]
}

/** Both devices may only use relays, so every byte passes the server twice. */
export async function measureRelays(
  source: string,
  bytes: number,
  rounds: number,
  scratch: string,
  onRun: (run: Measured) => void,
): Promise<RelayFigures> {
  const missing = await coturnIsMissing()
  if (missing !== undefined) throw new Error(missing)
  await using server = await Coturn.start({ hasTls: true })
  const way = (url: string, changes: BenchNetwork = {}): BenchNetwork => ({
    iceServers: [parseServer({ url, username: TURN_USER, password: TURN_PASSWORD }).iceServer],
    routePolicy: 'relay',
    ca: server.ca,
    ...changes,
  })
  const plain = `turn:127.0.0.1:${server.port}`
  const ways: readonly (readonly [string, BenchNetwork])[] = [
    [UDP, way(plain, { isBridged: false })],
    ['TURN over UDP, by the bridge', way(plain)],
    ['TURN over TCP', way(`${plain}?transport=tcp`)],
    ['TURN over TLS', way(`turns:localhost:${server.tlsPort}`)],
  ]
  const runs: Measured[] = []
  // Round by round, so that a slow minute of the machine is one of all.
  for (let round = 0; round < rounds; round++) {
    for (const [name, network] of ways) {
      const run = await measureEngine({ name, source, bytes, isKept: false, network }, scratch)
      runs.push(run)
      onRun(run)
    }
  }
  const median = (name: string): number => {
    const speeds = runs.filter((run) => run.name === name).map(({ mibPerSecond }) => mibPerSecond)
    return speeds.toSorted((left, right) => left - right)[speeds.length >> 1] ?? 0
  }
  const others = ways.map(([name]) => name).filter((name) => name !== UDP)
  return { ratios: Object.fromEntries(others.map((name) => [name, median(name) / median(UDP)])), runs }
}

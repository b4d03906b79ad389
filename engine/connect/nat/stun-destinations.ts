/** Which addresses of which servers to ask: few, different ones, of both families. */

import { isIPv6 } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServerLocation } from '../ice-url.ts'
import { resolveHosts } from '../turn/resolve-host.ts'
import type { AddressFamily } from './network-probe.ts'

/** Per family. Two tell mappings apart; the third is for one that is dead. */
const MAX_DESTINATIONS = 3
/** Names resolved, at most: the servers of several shares may be many. */
const MAX_SERVERS = 6
/** How long slower names are waited for when one is there. Milliseconds. */
const SLOWER_NAMES_MS = 400

export interface StunDestination {
  readonly server: ServerLocation
  /** An IP address. */
  readonly address: string
  readonly port: number
}

/** Names that cannot be resolved are left out. Rejects with the signal's reason. */
export async function findDestinations(
  servers: readonly ServerLocation[],
  bindAddress: string | undefined,
  signal: AbortSignal,
): Promise<Record<AddressFamily, StunDestination[]>> {
  signal.throwIfAborted()
  const asked = distinctServers(servers).slice(0, MAX_SERVERS)
  const found = asked.map((): readonly string[] => [])
  const { promise: oneIsThere, resolve } = Promise.withResolvers<void>()
  const resolving = asked.map(async ({ host }, index) => {
    try {
      found[index] = await resolveHosts(host, signal)
      resolve()
    } catch {
      // Whoever shows servers tests each by itself.
    }
  })
  const slower = oneIsThere.then(() => delay(SLOWER_NAMES_MS, undefined, { ref: false }))
  await Promise.race([Promise.all(resolving), slower])
  signal.throwIfAborted()
  const all = asked.flatMap((server, index) =>
    (found[index] ?? []).map((address) => ({ server, address, port: server.port })),
  )
  const isUsable = (address: string): boolean =>
    bindAddress === undefined || isIPv6(bindAddress) === isIPv6(address)
  const usable = all.filter(({ address }) => isUsable(address))
  return {
    ipv4: chooseDestinations(usable.filter(({ address }) => !isIPv6(address))),
    ipv6: chooseDestinations(usable.filter(({ address }) => isIPv6(address))),
  }
}

/** One of each server first, then further addresses; other addresses before other ports of the same one. */
export function chooseDestinations(all: readonly StunDestination[]): StunDestination[] {
  const servers = new Set<ServerLocation>()
  const addresses = new Set<string>()
  const rank = ({ server, address }: StunDestination): number => {
    const value = (addresses.has(address) ? 2 : 0) + (servers.has(server) ? 1 : 0)
    servers.add(server)
    addresses.add(address)
    return value
  }
  const ranked = all.map((destination) => ({ destination, value: rank(destination) }))
  const sorted = ranked.toSorted((left, right) => left.value - right.value)
  return sorted.map(({ destination }) => destination).slice(0, MAX_DESTINATIONS)
}

/** STUN before TURN, which may have a limit on strangers; over UDP, and each once. */
function distinctServers(servers: readonly ServerLocation[]): ServerLocation[] {
  const byName = new Map<string, ServerLocation>()
  for (const kind of ['stun', 'turn'] as const) {
    for (const server of servers) {
      const name = `${server.host} ${server.port}`
      if (server.kind === kind && server.transport === 'udp' && !byName.has(name)) byName.set(name, server)
    }
  }
  return [...byName.values()]
}

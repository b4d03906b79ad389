/**
 * The person's and the coordinator's STUN and TURN servers, and which of them the next connection gets: the ICE library
 * takes one STUN and two TURN servers per agent, so the others stand by. Pure.
 */

import { AppError } from '#shared/errors.ts'
import type { IceServerView } from '#shared/api/settings-views.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { locate, MAX_RELAYS, MAX_STUN_SERVERS, type ServerLocation } from './ice-url.ts'

/** A TURN server with its login. */
export interface Relay extends ServerLocation {
  readonly username: string
  readonly password: string
}

export interface Servers {
  readonly stun: readonly ServerLocation[]
  readonly relays: readonly Relay[]
}

/** What a connection gets of them. */
export type ChosenServers = Servers

type IsFailing = (serverName: string) => boolean

/** @param servers in order of preference: the person's own before a coordinator's. @returns also URLs that can never be used */
export function readServers(servers: readonly IceServer[]): Servers & { readonly unused: readonly string[] } {
  const stun = new Map<string, ServerLocation>()
  const relays = new Map<string, Relay>()
  const unused: string[] = []
  for (const { urls, username = '', credential = '' } of servers) {
    for (const url of urls) {
      const location = locationOf(url)
      const relay = location?.kind === 'turn' ? { ...location, username, password: credential } : undefined
      // The same one named twice, by the person and by the coordinator, takes one place.
      if (relay !== undefined) setFirst(relays, nameOf(relay), relay)
      else if (location !== undefined) setFirst(stun, nameOf(location), location)
      else unused.push(url)
    }
  }
  return { stun: [...stun.values()], relays: [...relays.values()], unused }
}

/**
 * The person's order counts, among those that do not fail. Of two relays the second is one of another kind where there
 * is one, UDP beside TCP or TLS, so that a network that lets only one of them out is served at the first attempt.
 */
export function chooseServers({ stun, relays }: Servers, isFailing: IsFailing): ChosenServers {
  const wellStun = wellFirst(stun, isFailing).slice(0, MAX_STUN_SERVERS)
  const [first, ...others] = wellFirst(relays, isFailing)
  if (first === undefined) return { stun: wellStun, relays: [] }
  const well = others.filter((relay) => !isFailing(nameOf(relay)))
  const second =
    well.find((relay) => isStream(relay) !== isStream(first)) ??
    well.find(({ host }) => host !== first.host) ??
    others[0]
  return { stun: wellStun, relays: second === undefined ? [first] : [first, second].slice(0, MAX_RELAYS) }
}

/**
 * Of which servers an answer would change the choice: those that a connection gets now, and failed ones before them
 * whose time has come again. None where there is nothing to choose.
 */
export function dueServers(
  servers: Servers,
  health: { isFailing(server: string): boolean; isDue(server: string): boolean },
): readonly (ServerLocation | Relay)[] {
  const chosen = chooseServers(servers, (name) => health.isFailing(name))
  const due = <Server extends ServerLocation>(
    all: readonly Server[],
    used: readonly Server[],
    room: number,
  ): Server[] => {
    if (all.length <= room) return []
    const last = Math.max(...used.map((server) => all.indexOf(server)))
    return all.filter((server, index) => {
      const name = nameOf(server)
      const isWaited = index < last && health.isFailing(name)
      return (isWaited || used.includes(server)) && health.isDue(name)
    })
  }
  return [
    ...due(servers.stun, chosen.stun, MAX_STUN_SERVERS),
    ...due(servers.relays, chosen.relays, MAX_RELAYS),
  ]
}

/** What becomes of each of a person's servers at the next connection. */
export function usesOf(
  servers: readonly (Relay & { readonly isEnabled: boolean })[],
  isFailing: IsFailing,
): IceServerView['use'][] {
  const enabled = servers.filter(({ isEnabled }) => isEnabled)
  const { stun, relays } = chooseServers(
    {
      stun: enabled.filter(({ kind }) => kind === 'stun'),
      relays: enabled.filter(({ kind }) => kind === 'turn'),
    },
    isFailing,
  )
  const used = new Set<ServerLocation>([...stun, ...relays])
  return servers.map((server) => {
    if (!server.isEnabled) return 'off'
    return used.has(server) ? 'used' : 'spare'
  })
}

/** Tells servers apart: with another login the same host is another server. */
export function nameOf(server: ServerLocation | Relay): string {
  const { kind, transport, host, port } = server
  if (kind === 'stun' || !('username' in server)) return JSON.stringify(['stun', host, port])
  return JSON.stringify([transport, host, port, server.username, server.password])
}

function isStream({ transport }: ServerLocation): boolean {
  return transport !== 'udp'
}

function wellFirst<Server extends ServerLocation>(
  servers: readonly Server[],
  isFailing: IsFailing,
): Server[] {
  const failing = servers.filter((server) => isFailing(nameOf(server)))
  return [...servers.filter((server) => !failing.includes(server)), ...failing]
}

function setFirst<Value>(map: Map<string, Value>, name: string, value: Value): void {
  if (!map.has(name)) map.set(name, value)
}

/** A coordinator's may be anything. */
function locationOf(url: string): ServerLocation | undefined {
  try {
    return locate(url)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

/**
 * Whom of a topic this device is connected to. In a small topic to everybody; in a large one to a few at random, so that the
 * graph is well mixed and what it costs depends on the connections and not on the topic. Pure decisions over views.
 */

import type { PeerId } from '../share/keys.ts'

/** Peers told of and not connected that are remembered. A random part of a topic is as good as all of it. */
export const MAX_CANDIDATES = 64
/** Connections below which somebody is hard to reach for the others, and gets in where everything is taken. */
const POOR_CONNECTIONS = 4
/** After one connection has made room for another, until the next may. Milliseconds: what bounds the churn. */
const ROOM_PAUSE_MS = 10_000
/** What is younger has not had the time to be of use. Milliseconds. */
const YOUNG_MS = 20_000
/** Without a byte in either direction for so long it is of no use, milliseconds; twice as long as a snub takes. */
const IDLE_MS = 40_000
/** Whoever made room is not met again before, milliseconds: in between others get to know each other. */
export const APART_MS = 120_000

/**
 * Connections up to which this side asks for more. In a large topic a third is left to those who come later: if the first
 * ones took all their places among themselves, newcomers would find every door shut, and the topic fall apart.
 */
export function wantedConnections(limit: number, knownCount: number): number {
  return knownCount <= limit ? limit : Math.max(1, Math.ceil((limit * 2) / 3))
}

/** Whether somebody with so many connections must be let in, if need be in place of somebody else. */
export function isPoor(connections: number, limit: number): boolean {
  return connections < Math.min(POOR_CONNECTIONS, limit)
}

/** A connection, as far as it decides about its worth. */
export interface MeshLink {
  readonly peer: PeerId
  readonly sinceMs: number
  /** When a block last came or went. */
  readonly usedMs: number
  /** It has something that is missing here. */
  readonly canGive: boolean
  /** Something that is here is missing there. */
  readonly canTake: boolean
  readonly isSnubbed: boolean
}

export interface MeshView {
  readonly nowMs: number
  readonly links: readonly MeshLink[]
  /** When a connection last made room for another; -Infinity: never. */
  readonly madeRoomMs: number
  /** In [0, 1). */
  readonly random: () => number
}

/** Nothing to give and nothing to take, or nothing that ever comes. */
export function isUseless(link: MeshLink, nowMs: number): boolean {
  if (nowMs - link.sinceMs < YOUNG_MS) return false
  if (!link.canGive && !link.canTake) return true
  return nowMs - Math.max(link.usedMs, link.sinceMs) > IDLE_MS || (link.isSnubbed && !link.canTake)
}

/**
 * The connection that makes room for somebody else who is there; undefined: none now. For a peer that is hard to reach any
 * connection may, at random, for everybody else only a useless one.
 */
export function chooseToPart(view: MeshView, isForPoor: boolean): PeerId | undefined {
  const { nowMs, links, madeRoomMs, random } = view
  if (nowMs - madeRoomMs < ROOM_PAUSE_MS) return undefined
  const useless = links.filter((link) => isUseless(link, nowMs))
  const settled = isForPoor && links.length > POOR_CONNECTIONS ? links : []
  const choice = useless.length > 0 ? useless : settled
  return choice[Math.floor(random() * choice.length)]?.peer
}

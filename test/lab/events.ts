/** What happens to a network or a server in the middle of a transfer, each with the networks in which it matters. */

import { setTimeout as delay } from 'node:timers/promises'
import type { SiteKindName } from './kinds.ts'
import type { Namespace } from './namespace.ts'
import type { OwnServer } from './public-servers.ts'
import type { Site } from './site.ts'
import { changePublicAddress, cutCable, moveHost, resetNat } from './site-events.ts'

/** What an event may touch. Relays and coordinator are there for this one transfer alone. */
export interface Scene {
  readonly sender: Site
  readonly receiver: Site
  readonly relays: readonly OwnServer[]
  readonly coordinator: OwnServer
  /** The only relay again, at its own address. */
  restartRelay(): Promise<void>
}

export interface LabEvent {
  /** For a table. */
  readonly title: string
  readonly from: SiteKindName
  readonly to: SiteKindName
  readonly relayCount: 1 | 2
  /** For which nothing can come, whatever is done about it. */
  readonly outageMs: number
  readonly happen: (scene: Scene) => Promise<void>
}

const SHORT_CUT_MS = 3000
const LONG_CUT_MS = 20_000
/** Between the end of the only relay and its return. */
const RELAY_OUTAGE_MS = 5000
/** How long is looked at which relay carries the transfer. Milliseconds. */
const WATCH_MS = 500
/** Of a transfer in that time; far more than keeping a relay takes. */
const MIN_CARRIED_BYTES = 30_000

const HOMES = { from: 'port-restricted', to: 'port-restricted', relayCount: 1, outageMs: 0 } as const
/** Two that have no way but the relay. */
const RELAYED = { from: 'symmetric-random', to: 'symmetric-random', outageMs: 0 } as const

const EVENTS = {
  'nat-reset': {
    ...HOMES,
    title: 'router of the receiver forgets all flows, takes other ports',
    happen: ({ receiver }) => resetNat(receiver),
  },
  'nat-reset-relayed': {
    ...RELAYED,
    relayCount: 1,
    title: 'the same while relayed',
    happen: ({ receiver }) => resetNat(receiver),
  },
  'host-moves': {
    ...HOMES,
    title: 'host of the receiver gets another inside address',
    happen: ({ receiver }) => moveHost(receiver),
  },
  'sender-moves': {
    ...HOMES,
    title: 'host of the sender gets another inside address',
    happen: ({ sender }) => moveHost(sender),
  },
  'public-address': {
    ...HOMES,
    title: 'router of the receiver gets another public address',
    happen: ({ receiver }) => changePublicAddress(receiver),
  },
  'cut-short': {
    ...HOMES,
    outageMs: SHORT_CUT_MS,
    title: 'cable of the receiver cut for 3 s',
    happen: ({ receiver }) => cutCable(receiver, SHORT_CUT_MS),
  },
  'cut-long': {
    ...HOMES,
    outageMs: LONG_CUT_MS,
    title: 'cable of the receiver cut for 20 s',
    happen: ({ receiver }) => cutCable(receiver, LONG_CUT_MS),
  },
  'relay-dies': {
    ...RELAYED,
    relayCount: 2,
    title: 'relay in use killed, a second one is set',
    happen: (scene) => endRelay(scene),
  },
  'only-relay-dies': {
    ...RELAYED,
    relayCount: 1,
    outageMs: RELAY_OUTAGE_MS,
    title: 'the only relay killed, back after 5 s',
    happen: async (scene) => {
      await endRelay(scene)
      await delay(RELAY_OUTAGE_MS)
      await scene.restartRelay()
    },
  },
  'coordinator-dies': {
    ...HOMES,
    title: 'coordinator killed',
    happen: ({ coordinator }) => coordinator.process[Symbol.asyncDispose](),
  },
} as const satisfies Readonly<Record<string, LabEvent>>

export type EventName = keyof typeof EVENTS

export function labEvent(name: EventName): LabEvent {
  return EVENTS[name]
}

export function isEventName(text: string): text is EventName {
  return Object.hasOwn(EVENTS, text)
}

export const EVENT_NAMES: readonly EventName[] = Object.keys(EVENTS).filter(isEventName)

/** The one that carries the transfer right now: at its beginning another one may have. */
async function endRelay({ relays }: Scene): Promise<void> {
  const carried = await Promise.all(
    relays.map(async (relay) => {
      const before = await receivedBytes(relay.host)
      await delay(WATCH_MS)
      return { relay, bytes: (await receivedBytes(relay.host)) - before }
    }),
  )
  const [busiest] = carried.toSorted((left, right) => right.bytes - left.bytes)
  if (busiest === undefined || busiest.bytes < MIN_CARRIED_BYTES) throw new Error('no relay carries anything')
  await busiest.relay.process[Symbol.asyncDispose]()
}

async function receivedBytes(host: Namespace): Promise<number> {
  const { lines } = await host.run('cat', ['/sys/class/net/eth/statistics/rx_bytes'])
  return Number(lines[0])
}

/** A transfer to which something happens: how long nothing came, how much came twice, whether it got there. */

import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { labEvent, type EventName, type Scene } from './events.ts'
import type { Lab } from './lab.ts'
import { PAIR_LINE } from './pair.ts'
import {
  makeOwnRelay,
  startOwnCoordinator,
  startPublicServers,
  type OwnServer,
  type PublicServers,
} from './public-servers.ts'
import { counted, median } from './report.ts'
import { makeSource, Transfer, type SourceFile } from './transfer.ts'

/** Twelve seconds of the cable: some before the event, and a good while after it. */
export const EVENT_FILE_BYTES = 12_000_000
/** The route is what it will be before anything happens, also where the start of the programs takes long. Milliseconds. */
const SETTLE_LIMIT_MS = 60_000
/** Of undisturbed progress before the event. Milliseconds. */
const CALM_MS = 2500
/** From the event to the end of what it takes. Milliseconds. */
const END_LIMIT_MS = 90_000

export interface EventResult {
  readonly name: EventName
  readonly routeBefore: string | null
  readonly routeAfter: string | null
  /** The longest time without progress that has to do with the event, and how much of it was nobody's fault. */
  readonly pauseMs: number
  readonly outageMs: number
  readonly fileBytes: number
  /** Blocks that came, those that came twice included. */
  readonly receivedBytes: number
  readonly history: string
  readonly isVerified: boolean
  readonly failure: string
}

export interface EventSettings {
  readonly times: number
  readonly logFolder?: string | undefined
  /** All tries of one event. */
  readonly print: (tries: readonly EventResult[]) => void
}

export async function runEvents(
  lab: Lab,
  names: readonly EventName[],
  settings: EventSettings,
): Promise<readonly EventResult[]> {
  const servers = await startPublicServers(lab)
  const source = makeSource(lab.folder, EVENT_FILE_BYTES)
  const results: EventResult[] = []
  for (const name of names) {
    const tries: EventResult[] = []
    for (let time = 0; time < settings.times; time++) {
      const { logFolder } = settings
      const own = logFolder === undefined ? undefined : path.join(logFolder, `${name}-${time}`)
      const result = await runEvent(lab, servers, name, { source, logFolder: own })
      tries.push(result)
    }
    results.push(...tries)
    settings.print(tries)
  }
  return results
}

let eventCount = 0
/** Events may run side by side, and each server has an address of its own. */
let serverCount = 0

export async function runEvent(
  lab: Lab,
  servers: PublicServers,
  name: EventName,
  settings: { readonly source: SourceFile; readonly logFolder?: string | undefined },
): Promise<EventResult> {
  await using owned = new AsyncDisposableStack()
  const event = labEvent(name)
  const folder = path.join(lab.folder, `event${++eventCount}`)
  const { source } = settings
  const sender = owned.use(await lab.connect(event.from, 1, { line: PAIR_LINE }))
  const receiver = owned.use(await lab.connect(event.to, 1, { line: PAIR_LINE }))
  const coordinator = await startOwnCoordinator(lab, ++serverCount)
  owned.use(coordinator.process)
  const relays: OwnServer[] = []
  const starts: (() => Promise<OwnServer>)[] = []
  for (let index = 0; index < event.relayCount; index++) {
    const start = await makeOwnRelay(lab, ++serverCount)
    starts.push(start)
    relays.push(await start())
  }
  owned.defer(async () => {
    for (const { process } of relays) await process[Symbol.asyncDispose]()
  })
  const transfer = owned.use(
    await Transfer.start({
      sender: sender.host,
      receiver: receiver.host,
      source,
      folder,
      coordinator: coordinator.url,
      stun: servers.stun,
      relays: relays.map(({ url }) => url),
      authority: servers.authority,
      logFolder: settings.logFolder,
    }),
  )
  const { timeline } = transfer
  const isRelayedForGood = event.from === 'symmetric-random'
  await transfer.until(
    ({ directMs, firstByteMs }) => firstByteMs !== null && (isRelayedForGood || directMs !== null),
    SETTLE_LIMIT_MS,
  )
  await delay(CALM_MS)
  const routeBefore = timeline.samples.at(-1)?.route?.kind ?? null
  const eventMs = transfer.nowMs
  const scene: Scene = {
    sender,
    receiver,
    relays,
    coordinator,
    restartRelay: async () => {
      const again = await starts[0]?.()
      if (again !== undefined) relays.push(again)
    },
  }
  await event.happen(scene)
  const isVerified = await transfer.isVerified(END_LIMIT_MS)
  return {
    name,
    routeBefore,
    routeAfter: timeline.lastRoute?.kind ?? null,
    pauseMs: timeline.longestPauseMs(eventMs, transfer.nowMs),
    outageMs: event.outageMs,
    fileBytes: source.sizeBytes,
    receivedBytes: timeline.receivedBytes,
    history: timeline.history,
    isVerified,
    failure: isVerified
      ? ''
      : timeline.failure || `still “${timeline.samples.at(-1)?.state}” after the limit`,
  }
}

export const EVENT_HEADER = [
  '| what happens | route before → after | without progress s, median | at most | of it unavoidable | fetched twice, at most | bytes verified |',
  '| --- | --- | --- | --- | --- | --- | --- |',
].join('\n')

/** All tries of one event. */
export function eventRow(tries: readonly EventResult[]): string {
  const [first] = tries
  if (first === undefined) return ''
  const { name, outageMs, fileBytes } = first
  const routes = tries.map(
    ({ routeBefore, routeAfter }) => `${routeBefore ?? 'none'} → ${routeAfter ?? 'none'}`,
  )
  const pauses = tries.map(({ pauseMs }) => pauseMs)
  const surplusBytes = Math.max(0, ...tries.map(({ receivedBytes }) => receivedBytes - fileBytes))
  const cells = [
    labEvent(name).title,
    counted(routes),
    (median(pauses) / 1000).toFixed(1),
    (Math.max(...pauses) / 1000).toFixed(1),
    (outageMs / 1000).toFixed(0),
    `${(surplusBytes / 1024).toFixed(0)} KiB`,
    counted(tries.map(({ isVerified, failure }) => (isVerified ? 'yes' : `no: ${failure}`))),
  ]
  return `| ${cells.join(' | ')} |`
}

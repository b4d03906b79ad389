/** One transfer between two hosts of the lab with the real command line, and what came of it. */

import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import type { SiteKindName } from './kinds.ts'
import type { Lab } from './lab.ts'
import type { LabProcess } from './lab-process.ts'
import type { Namespace } from './namespace.ts'
import { LAUNCHER, type PublicServers } from './public-servers.ts'
import { hostOf } from './site.ts'

/** Some pieces, so that it is more than one message; small, so that the time is that of connecting. */
const FILE_BYTES = 600_000
const FILE_NAME = 'bees.bin'
/** Every route that works opens in a few seconds; what takes longer than this has no way. */
const TRANSFER_LIMIT_MS = 15_000

export interface Pair {
  readonly from: SiteKindName
  readonly to: SiteKindName
  /** Both hosts behind one and the same router. */
  readonly isSameSite?: boolean
  readonly relays: readonly (keyof PublicServers['relays'])[]
}

export interface PairResult {
  readonly pair: Pair
  /** `lan`, `direct`, `relayed`, or null when nothing was connected. */
  readonly route: string | null
  /** Candidate types, the receiver's first. */
  readonly candidates: string
  /** From the start of `get` to the file on disk, start of the program included. */
  readonly durationMs: number
  /** The first moment in which the receiver saw a connection, from the same start. */
  readonly openMs: number | null
  readonly isVerified: boolean
  /** Why not, as the program put it; empty when it worked. */
  readonly failure: string
}

const Route = v.object({ kind: v.string(), localType: v.string(), remoteType: v.string() })
const Line = v.variant('event', [
  v.object({ event: v.literal('link'), link: v.string() }),
  v.object({ event: v.literal('done') }),
  v.object({ event: v.literal('error'), code: v.string() }),
  v.object({
    event: v.literal('progress'),
    transfer: v.object({
      state: v.string(),
      peers: v.array(
        v.object({ state: v.string(), route: v.nullable(Route), failure: v.nullable(v.string()) }),
      ),
    }),
  }),
])
type Line = v.InferOutput<typeof Line>

export async function runPair(lab: Lab, servers: PublicServers, pair: Pair): Promise<PairResult> {
  await using owned = new AsyncDisposableStack()
  const sending = owned.use(await lab.connect(pair.from, pair.isSameSite === true ? 2 : 1))
  const sender = sending.host
  const receiver = pair.isSameSite === true ? hostOf(sending, 1) : owned.use(await lab.connect(pair.to)).host
  const folder = path.join(lab.folder, 'pair')
  owned.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  mkdirSync(folder)
  const source = path.join(folder, FILE_NAME)
  const content = randomBytes(FILE_BYTES)
  writeFileSync(source, content)

  const network = [
    '--stun',
    servers.stun,
    ...pair.relays.flatMap((transport) => ['--relay', servers.relays[transport]]),
  ]
  const start = (host: Namespace, name: string, argv: readonly string[]): LabProcess =>
    host.start(process.execPath, [LAUNCHER, ...argv, ...network, '--json'], {
      env: { BEELINE_HOME: path.join(folder, name), NODE_EXTRA_CA_CERTS: servers.authority },
    })
  await using send = start(sender, 'sender', ['send', source, '--coordinator', servers.coordinator])
  const link = await send.line((line) => {
    const event = readLine(line)
    return event?.event === 'link' ? event.link : undefined
  })
  // The sender is there before the receiver asks for it, as when a person passes a link on.
  await send.line((line) => (line.includes('"coordinator":"online"') ? line : undefined))

  const startedAtMs = performance.now()
  await using get = start(receiver, 'receiver', ['get', link, '--to', path.join(folder, 'to'), '--yes'])
  const seen = watch(get, startedAtMs)
  const ending = await get.ending(TRANSFER_LIMIT_MS)
  const durationMs = performance.now() - startedAtMs
  const { route, openMs, failure } = await seen(ending === undefined)
  const isVerified = ending?.code === 0 && digest(path.join(folder, 'to', FILE_NAME)) === digestOf(content)
  return {
    pair,
    route: route?.kind ?? null,
    candidates: route === undefined ? '' : `${route.localType}–${route.remoteType}`,
    durationMs,
    openMs,
    isVerified,
    failure: isVerified ? '' : failure,
  }
}

interface Seen {
  readonly route: v.InferOutput<typeof Route> | undefined
  readonly openMs: number | null
  readonly failure: string
}

/** Follows a `get`; to be called when it has ended or is given up. */
function watch(get: LabProcess, startedAtMs: number): (isGivenUp: boolean) => Promise<Seen> {
  let route: Seen['route']
  let openMs: number | null = null
  let state = 'nothing was printed'
  let failure = ''
  const reading = get.line((line): true | undefined => {
    const event = readLine(line)
    if (event?.event === 'error') failure = event.code
    if (event?.event !== 'progress') return undefined
    state = event.transfer.state
    for (const peer of event.transfer.peers) {
      if (peer.failure !== null) failure = peer.failure
      if (peer.route === null) continue
      openMs ??= performance.now() - startedAtMs
      route = peer.route
    }
    return undefined
  }, TRANSFER_LIMIT_MS + 5000)
  const settled = reading.then(
    () => undefined,
    () => undefined,
  )
  return async (isGivenUp) => {
    if (!isGivenUp) await settled
    return { route, openMs, failure: failure === '' ? `still “${state}” after the limit` : failure }
  }
}

/** Undefined for events that nothing here asks about. */
function readLine(line: string): Line | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Line), line)
  return parsed.success ? parsed.output : undefined
}

function digest(file: string): string | undefined {
  try {
    return digestOf(readFileSync(file))
  } catch {
    return undefined
  }
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

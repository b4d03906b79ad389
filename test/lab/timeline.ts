/** What a `beeline get --json` said of itself, with the time of each word, and what can be read off it. Pure. */

import * as v from 'valibot'

const Route = v.object({
  kind: v.string(),
  localType: v.string(),
  remoteType: v.string(),
  protocol: v.optional(v.string()),
  reason: v.optional(v.string(), ''),
})
export type SeenRoute = v.InferOutput<typeof Route>

const History = v.array(v.object({ kind: v.string(), sinceMs: v.number() }))
const Peer = v.object({
  state: v.string(),
  route: v.nullable(Route),
  failure: v.nullable(v.string()),
  history: v.optional(History, []),
  betterRoute: v.optional(v.string(), 'none'),
})
const Line = v.variant('event', [
  v.object({ event: v.literal('done'), receivedBytes: v.number() }),
  v.object({ event: v.literal('error'), code: v.string() }),
  v.object({
    event: v.literal('progress'),
    transfer: v.object({
      state: v.string(),
      receivedBytes: v.number(),
      totalBytes: v.number(),
      peers: v.array(Peer),
    }),
  }),
])

export interface Sample {
  /** Since the start of the command. */
  readonly atMs: number
  readonly state: string
  /** Of blocks, whether their piece is complete or not. */
  readonly receivedBytes: number
  readonly route: SeenRoute | null
  readonly history: v.InferOutput<typeof History>
  /** `none`, `trying` or `later`, as in PeerView. */
  readonly betterRoute: string
}

export class Timeline {
  readonly samples: Sample[] = []
  /** The last error that it told, of a peer or of itself; empty when there was none. */
  failure = ''
  /** Null until it is done. */
  doneMs: number | null = null

  read(text: string, atMs: number): void {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Line), text)
    if (!parsed.success) return
    const line = parsed.output
    if (line.event === 'error') this.failure = line.code
    else if (line.event === 'done') this.doneMs = atMs
    else {
      const { peers, state, receivedBytes } = line.transfer
      this.failure = peers.find(({ failure }) => failure !== null)?.failure ?? this.failure
      const peer = peers.find(({ route }) => route !== null)
      const { route = null, history = [], betterRoute = 'none' } = peer ?? {}
      this.samples.push({ atMs, state, receivedBytes, route, history, betterRoute })
    }
  }

  /** The first moment with a connection. */
  get openMs(): number | null {
    return this.#first(({ route }) => route !== null)
  }

  get firstByteMs(): number | null {
    return this.#first(({ receivedBytes }) => receivedBytes > 0)
  }

  get directMs(): number | null {
    return this.#first(({ route }) => route !== null && isDirect(route))
  }

  get firstRoute(): SeenRoute | null {
    return this.samples.find(({ route }) => route !== null)?.route ?? null
  }

  /** The last one there was: at the end, connections go. */
  get lastRoute(): SeenRoute | null {
    return this.samples.findLast(({ route }) => route !== null)?.route ?? null
  }

  /** Since when the route is of the kind that it is now; null without one. */
  get sameKindSinceMs(): number | null {
    const { samples } = this
    const kind = samples.at(-1)?.route?.kind
    if (kind === undefined) return null
    const other = samples.findLastIndex(({ route }) => route?.kind !== kind)
    return samples[other + 1]?.atMs ?? null
  }

  get receivedBytes(): number {
    return Math.max(0, ...this.samples.map(({ receivedBytes }) => receivedBytes))
  }

  /** As the program itself tells it: “relayed 0.8 s, direct 2.1 s”. */
  get history(): string {
    const steps = this.samples.findLast(({ history }) => history.length > 0)?.history ?? []
    return steps.map(({ kind, sinceMs }) => `${kind} ${(sinceMs / 1000).toFixed(1)} s`).join(', ')
  }

  /**
   * The longest time without a byte that touches the time after `fromMs`, up to the last byte, or to `nowMs` when it is not done.
   * Pieces are told of four times a second.
   */
  longestPauseMs(fromMs: number, nowMs: number): number {
    let longest = 0
    let bytes = -1
    let since = 0
    for (const { atMs, receivedBytes } of this.samples) {
      if (receivedBytes === bytes) continue
      if (bytes >= 0 && atMs > fromMs) longest = Math.max(longest, atMs - since)
      bytes = receivedBytes
      since = atMs
    }
    return this.doneMs === null ? Math.max(longest, nowMs - since) : longest
  }

  #first(is: (sample: Sample) => boolean): number | null {
    return this.samples.find(is)?.atMs ?? null
  }
}

export function isDirect({ kind }: SeenRoute): boolean {
  return kind === 'lan' || kind === 'direct'
}

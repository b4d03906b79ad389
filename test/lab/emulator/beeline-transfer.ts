/** One file from one host of an emulated line to the other by Beeline's own commands: what a person would get there. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { BeelineCommand, type LaneSight } from './beeline-command.ts'
import type { Emulator } from './emulator.ts'
import type { ProcessUsage } from './process-usage.ts'

const Listening = v.looseObject({ urls: v.array(v.string()) })
const Link = v.looseObject({ link: v.string() })

export interface BeelineResult {
  /** From the start of `get` until it knows what is offered: the program's start and the coordinator included. */
  readonly offerSeconds: number
  /** From then until bytes are here, as far as four reports a second can tell. */
  readonly firstByteSeconds: number
  /** From the offer until everything is here, verified and on disk; when it takes too long, until the limit. */
  readonly seconds: number
  readonly receivedBytes: number
  readonly isComplete: boolean
  /** Open lanes over time, seconds after the offer, as the receiver saw them. */
  readonly lanes: readonly (LaneSight & { readonly seconds: number })[]
  readonly sender: ProcessUsage
  readonly receiver: ProcessUsage
}

export interface BeelineTransferOptions {
  readonly limitMs: number
  /** Of the receiver, which decides; as many as help if not given. */
  readonly maxLanes?: number
  /** False: data channels alone. */
  readonly hasTlsLanes?: boolean
}

/**
 * The coordinator runs at the sender's end, so that its messages cross the line too. Rejects when a command fails, and
 * when what arrived is not what was sent; a transfer that takes longer than the limit is reported as far as it came.
 */
export async function transferByBeeline(
  emulator: Emulator,
  file: string,
  scratch: string,
  { limitMs, maxLanes, hasTlsLanes = true }: BeelineTransferOptions,
): Promise<BeelineResult> {
  const { left, right } = emulator
  using commands = new DisposableStack()
  const start = (...[host, argv, home]: ConstructorParameters<typeof BeelineCommand>): BeelineCommand =>
    commands.use(new BeelineCommand(host, argv, path.join(scratch, home)))

  const coordinator = start(left, ['coordinator', '--listen', `${left.address}:0`], 'coordinator')
  const [url = ''] = v.parse(Listening, await coordinator.event('listening')).urls
  const sender = start(left, ['send', file, '--coordinator', url], 'sender')
  const { link } = v.parse(Link, await sender.event('link'))
  const cap = maxLanes === undefined ? [] : ['--max-lanes', String(maxLanes)]
  const tls = hasTlsLanes ? [] : ['--no-tls-lanes']
  const target = path.join(scratch, 'received')
  const startedMs = performance.now()
  const receiver = start(right, ['get', link, '--to', target, '--yes', ...cap, ...tls], 'receiver')
  await receiver.event('offer')
  const offeredMs = performance.now()
  const isComplete = await receiver.isDone(limitMs)
  const seconds = (performance.now() - offeredMs) / 1000
  if (isComplete) await mustBeTheSame(file, path.join(target, path.basename(file)))
  return {
    offerSeconds: (offeredMs - startedMs) / 1000,
    firstByteSeconds: ((receiver.firstByteAtMs ?? Infinity) - offeredMs) / 1000,
    seconds,
    receivedBytes: receiver.receivedBytes,
    isComplete,
    lanes: receiver.lanes.map(({ atMs, count, hasTls }) => {
      return { seconds: (atMs - offeredMs) / 1000, count, hasTls }
    }),
    sender: sender.usage(),
    receiver: receiver.usage(),
  }
}

async function mustBeTheSame(sent: string, received: string): Promise<void> {
  if ((await hashOf(sent)) !== (await hashOf(received))) throw new Error('what arrived is not what was sent')
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

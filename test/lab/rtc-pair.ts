/** Two ends in two hosts of the lab, whose signals this process carries. */

import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import type { LabProcess } from './lab-process.ts'
import type { Namespace } from './namespace.ts'

const PROGRAM = fileURLToPath(new URL('rtc-end.ts', import.meta.url))
const Line = v.object({
  ready: v.optional(v.unknown()),
  signal: v.optional(v.unknown()),
  opened: v.optional(v.number()),
  route: v.optional(
    v.nullable(v.object({ kind: v.string(), localType: v.string(), remoteType: v.string() })),
  ),
  failed: v.optional(v.string()),
})
type Line = v.InferOutput<typeof Line>

export interface RtcPairResult {
  readonly isOpen: boolean
  /** From the start of the offer. Milliseconds. */
  readonly openMs: number
  /** Of the offering side; empty when it never opened. */
  readonly candidates: string
}

export interface RtcPairOptions {
  readonly stun: string
  readonly predict?: boolean
  /** Routers that open ports are asked to. */
  readonly mapPorts?: boolean
  /** Of an attempt; the connection's own is longer. Milliseconds. */
  readonly limitMs: number
}

export async function connectEnds(
  offering: Namespace,
  answering: Namespace,
  { stun, predict = false, mapPorts = false, limitMs }: RtcPairOptions,
): Promise<RtcPairResult> {
  const wishes = [...(predict ? ['predict'] : []), ...(mapPorts ? ['map-ports'] : [])]
  const argv = (role: string): string[] => [PROGRAM, role, stun, ...wishes]
  await using offer = offering.start(process.execPath, argv('offer'))
  await using answer = answering.start(process.execPath, argv('answer'))
  const isReady = (line: string): true | undefined => (read(line)?.ready === undefined ? undefined : true)
  await Promise.all([offer.line(isReady), answer.line(isReady)])
  const ends = [carry(offer, answer, limitMs), carry(answer, offer, limitMs)]
  offer.write('start\n')
  const [opened] = await Promise.all(ends)
  if (opened?.opened === undefined) return { isOpen: false, openMs: limitMs, candidates: '' }
  const { localType = '', remoteType = '' } = opened.route ?? {}
  return { isOpen: true, openMs: opened.opened, candidates: `${localType}–${remoteType}` }
}

/** Hands each signal over, until the end is open or gives up. */
async function carry(from: LabProcess, to: LabProcess, limitMs: number): Promise<Line | undefined> {
  try {
    return await from.line((line) => {
      const event = read(line)
      if (event?.signal !== undefined) to.write(`${JSON.stringify(event.signal)}\n`)
      return event?.opened !== undefined || event?.failed !== undefined ? event : undefined
    }, limitMs)
  } catch {
    return undefined
  }
}

function read(line: string): Line | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Line), line)
  return parsed.success ? parsed.output : undefined
}

/** What TCP and UDP reach between two hosts of an emulated line: iperf3 of Debian at both ends. */

import { setTimeout as delay } from 'node:timers/promises'
import * as v from 'valibot'
import type { Host } from './host.ts'

const PORT = '5201'
/** 64 MiB over a lossy line by TCP cubic take two minutes. Milliseconds. */
const LIMIT_MS = 300_000
/** How often it is tried again while the server is starting. Milliseconds. */
const TRY_AGAIN_MS = 100
const MAX_TRIES = 100

type Report = v.InferOutput<typeof Report>
const Report = v.looseObject({
  error: v.optional(v.string()),
  intervals: v.optional(v.array(v.looseObject({ sum: v.looseObject({ bits_per_second: v.number() }) }))),
  end: v.looseObject({
    sum: v.optional(v.looseObject({ packets: v.optional(v.number()), lost_packets: v.optional(v.number()) })),
    sum_received: v.optional(v.looseObject({ bytes: v.number(), seconds: v.number() })),
  }),
})

/**
 * Rejects when the system has no such congestion control.
 * @returns payload that arrived, megabits a second, slow start included
 */
export async function measureTcp(
  from: Host,
  to: Host,
  bytes: number,
  congestionControl: 'cubic' | 'bbr' = 'cubic',
): Promise<number> {
  const { end } = await measure(from, to, ['-n', String(bytes), '-C', congestionControl])
  if (end.sum_received === undefined) throw new Error('iperf3 reports no bytes')
  return (end.sum_received.bytes * 8) / end.sum_received.seconds / 1e6
}

/** @returns what each second of a flow by TCP cubic put on its way, megabits a second */
export async function followTcp(from: Host, to: Host, seconds: number): Promise<number[]> {
  const { intervals = [] } = await measure(from, to, ['-t', String(seconds), '-C', 'cubic'])
  return intervals.map(({ sum }) => sum.bits_per_second / 1e6)
}

/** Evenly paced. @returns packets sent and lost on the way, as the receiver counts them */
export async function measureUdp(
  from: Host,
  to: Host,
  options: { readonly rateMbit: number; readonly packetBytes: number; readonly count: number },
): Promise<{ packets: number; lost: number }> {
  const { rateMbit, packetBytes, count } = options
  const pace = ['-b', `${rateMbit}M`, '-l', String(packetBytes), '-n', String(count * packetBytes)]
  // So that a receiver that is away for a moment loses none itself.
  const { end } = await measure(from, to, ['--udp', ...pace, '-w', '400K'])
  if (end.sum?.packets === undefined || end.sum.lost_packets === undefined)
    throw new Error('iperf3 reports no packets')
  return { packets: end.sum.packets, lost: end.sum.lost_packets }
}

async function measure(from: Host, to: Host, argv: readonly string[]): Promise<Report> {
  const server = to.spawn('iperf3', ['-s', '-1', '-p', PORT], { stdio: 'ignore' })
  try {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { stdout, stderr } = await from.run('iperf3', ['-c', to.address, '-p', PORT, '-J', ...argv], {
        limitMs: LIMIT_MS,
      })
      if (stdout === '') throw new Error(`iperf3 says nothing: ${stderr}`)
      const report = v.parse(Report, JSON.parse(stdout))
      if (report.error === undefined) return report
      if (!report.error.includes('refused')) throw new Error(`iperf3: ${report.error}`)
      await delay(TRY_AGAIN_MS)
    }
    throw new Error('iperf3 does not listen')
  } finally {
    server.kill('SIGKILL')
  }
}

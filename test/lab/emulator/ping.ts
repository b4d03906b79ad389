/** Echoes between two hosts of an emulated line, as Debian's `ping` sees them. */

import type { Host } from './host.ts'

/** How long it waits for the last echo: the longest round trip of a test, with room. Seconds. */
const LAST_WAIT_S = 2

export interface Echo {
  /** From 1. */
  readonly sequence: number
  readonly roundTripMs: number
}

/** Only those that came back, in the order in which they did. */
export async function ping(
  from: Host,
  to: Host,
  options: { readonly count: number; readonly intervalMs: number },
): Promise<Echo[]> {
  const interval = (options.intervalMs / 1000).toFixed(3)
  const argv = ['-n', '-c', String(options.count), '-i', interval, '-W', String(LAST_WAIT_S), to.address]
  const { code, stdout, stderr } = await from.run('ping', argv)
  // 1: some were lost, which a test may want.
  if (code !== 0 && code !== 1) throw new Error(`ping ended with ${code}: ${stderr || stdout}`)
  return [...stdout.matchAll(/icmp_seq=(\d+) .*time=([\d.]+) ms$/gm)].map((match) => ({
    sequence: Number(match[1]),
    roundTripMs: Number(match[2]),
  }))
}

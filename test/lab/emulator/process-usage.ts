/** What another process has used so far, as Linux tells it. */

import { readFileSync } from 'node:fs'

/** Of `/proc/PID/stat`, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

export interface ProcessUsage {
  readonly cpuSeconds: number
  /** Of its resident memory. */
  readonly peakMib: number
}

/** Undefined when the process is gone. */
export function usageOf(pid: number | undefined): ProcessUsage | undefined {
  if (pid === undefined) return undefined
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    // The name in brackets may have anything in it; user and system time are the 12th and 13th after it.
    const numbers = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const peakKib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
    return {
      cpuSeconds: (Number(numbers[11]) + Number(numbers[12])) / TICKS_PER_SECOND,
      peakMib: peakKib / 1024,
    }
  } catch {
    return undefined
  }
}

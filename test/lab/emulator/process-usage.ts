/** What a process has used so far, as Linux tells it. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'

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
    const peakKib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
    return { cpuSeconds: scheduledSeconds(pid) ?? tickedSeconds(pid), peakMib: peakKib / 1024 }
  } catch {
    return undefined
  }
}

/**
 * What the scheduler gave to the threads that there are now: exact, unlike a kernel's ticks, which blame whoever runs when
 * they come. Processes that only woke up often were told to use eight times what they did. Undefined where Linux does not tell.
 */
function scheduledSeconds(pid: number): number | undefined {
  if (!existsSync(`/proc/${pid}/schedstat`)) return undefined
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      // It has ended since it was listed; ticks for the whole process would be another measure.
    }
  }
  return nanoseconds / 1e9
}

function tickedSeconds(pid: number): number {
  // The name in brackets may have anything in it; user and system time are the 12th and 13th after it.
  const numbers = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(numbers[11]) + Number(numbers[12])) / TICKS_PER_SECOND
}

/** What a process of a bench has used, as it prints it itself at its end. */

import { readFileSync } from 'node:fs'

export interface Usage {
  readonly cpuSeconds: number
  readonly peakMib: number
}

export function usage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMib: (peakKib() ?? maxRSS) / 1024 }
}

/** On Linux `maxRSS` begins with what the parent had when it forked. */
function peakKib(): number | undefined {
  if (process.platform !== 'linux') return undefined
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return line === null ? undefined : Number(line[1])
}

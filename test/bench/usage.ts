/** What a process of a bench has used, as it prints it itself at its end. */

import { usageOf, type ProcessUsage } from '#test/lab/emulator/process-usage.ts'

export function usage(): ProcessUsage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  // On Linux `maxRSS` begins with what the parent had when it forked.
  return usageOf(process.pid) ?? { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMib: maxRSS / 1024 }
}

/**
 * Bench process: one engine that receives, and then does nothing for a while. Arguments: HOME LINK DIR RATE IDLE_MS, the rate
 * downwards in bytes per second. Prints what it used after each.
 */

import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { openEngine } from '#engine/open-engine.ts'
import { usage } from './usage.ts'

const LIMIT_MS = 170_000

const [home = '', link = '', folder = '', rate = '', idleMs = ''] = process.argv.slice(2)
const engine = await openEngine({
  dataDir: home,
  deviceName: 'measured',
  network: { iceServers: [], routePolicy: 'automatic', bindAddress: '127.0.0.1' },
})
engine.setLimits({ downBytesPerSecond: Number(rate) })
const signal = AbortSignal.timeout(LIMIT_MS)
const transfer = engine.open(link)
await transfer.offer(signal)
await transfer.listed(signal)
await transfer.accept({ destination: folder }, signal)
await transfer.finished()

function report(): void {
  const connectionCount = transfer.view().peers.filter(({ state }) => state === 'connected').length
  const residentMib = (Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4096) / 1024 / 1024
  process.stdout.write(`${JSON.stringify({ ...usage(), residentMib, connectionCount })}\n`)
}

report()
await pause(Number(idleMs))
report()
await engine.close()
process.exit()

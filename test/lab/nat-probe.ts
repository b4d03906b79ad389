/**
 * A process that measures the network it runs in with Beeline's own probe and prints what it found as a line of JSON.
 * Arguments: STUN servers, as `stun:host:port`.
 */

import { locate } from '#engine/connect/ice-url.ts'
import { probeNetwork } from '#engine/connect/nat/network-probe.ts'

const found = await probeNetwork(process.argv.slice(2).map(locate), {}, AbortSignal.timeout(20_000))
process.stdout.write(`${JSON.stringify(found)}\n`)

/**
 * Bench process: an engine in a swarm, with a limited uplink. Arguments:
 * `send HOME COORDINATOR PATH ADDRESS UPLINK` or `get HOME LINK DIR ADDRESS UPLINK`, the own address, and the uplink in
 * bytes per second, 0 for none. A receiver waits for a line before it begins to fetch, and
 * gives what it has to others until its input ends.
 */

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { openEngine } from '#engine/open-engine.ts'
import type { Transfer } from '#engine/engine.ts'
import { usage } from './usage.ts'

/** For one transfer, however slow the line: then something hangs. Milliseconds. */
const LIMIT_MS = 170_000

const [role, home = '', where = '', path = '', bindAddress = '', uplink = ''] = process.argv.slice(2)

function report(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`)
}

const engine = await openEngine({
  dataDir: home,
  deviceName: role ?? '',
  network: { iceServers: [], routePolicy: 'automatic', bindAddress },
})
engine.setLimits({ upBytesPerSecond: Number(uplink) || null })
const input = createInterface(process.stdin)
const isToldToEnd = once(input, 'close')

async function runSender(): Promise<Transfer> {
  const transfer = await engine.send({ paths: [path], coordinators: [{ host: where, isTls: false }] })
  report({ link: transfer.link })
  return transfer
}

async function runReceiver(): Promise<Transfer> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  const transfer = engine.open(where)
  await transfer.offer(signal)
  await transfer.listed(signal)
  report({ isReady: true })
  await once(input, 'line')
  await transfer.accept({ destination: path }, signal)
  await transfer.finished()
  report({ doneAtMs: Date.now() })
  return transfer
}

const transfer = role === 'send' ? await runSender() : await runReceiver()
await isToldToEnd
const { receivedBytes, sentBytes, peers } = transfer.view()
await engine.close()
report({ receivedBytes, sentBytes, peerCount: peers.length, ...usage() })
process.exit()

/**
 * Bench process: an engine that sends or receives. Arguments: `send HOME COORDINATOR PATH` or `get HOME LINK DIR`, then
 * perhaps the network as JSON (`BenchNetwork`).
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openEngine } from '#engine/open-engine.ts'
import { prepareNetwork, type BenchNetwork } from './bench-network.ts'
import { usage } from './usage.ts'

const [role, home = '', where = '', path = '', settings = '{}'] = process.argv.slice(2)
const { isBridged = true, ca, ...network } = JSON.parse(settings) as BenchNetwork
prepareNetwork(isBridged, ca)
const startedMs = performance.now()
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()

function report(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`)
}

const engine = await openEngine({
  dataDir: home,
  deviceName: role ?? '',
  network: { iceServers: [], routePolicy: 'automatic', bindAddress: '127.0.0.1', ...network },
})

async function end(fields: object): Promise<never> {
  await engine.close()
  report({ ...fields, loopDelayP99Ms: delay.percentile(99) / 1e6, ...usage() })
  process.exit()
}

if (role === 'send') {
  const transfer = await engine.send({ paths: [path], coordinators: [{ host: where, isTls: false }] })
  report({ link: transfer.link, linkMs: performance.now() - startedMs })
  process.stdin.on('end', () => void end({}))
  process.stdin.resume()
} else {
  const signal = AbortSignal.timeout(120_000)
  const transfer = engine.open(where)
  await transfer.offer(signal)
  await transfer.accept({ destination: path }, signal)
  const acceptedMs = performance.now()
  let firstMs: number | undefined
  const watch = setInterval(() => {
    if (firstMs === undefined && transfer.view().donePieces > 0) firstMs = performance.now()
  }, 5)
  await transfer.finished()
  const doneMs = performance.now()
  clearInterval(watch)
  const peers = transfer.view().peers
  await end({
    seconds: (doneMs - acceptedMs) / 1000,
    wallSeconds: doneMs / 1000,
    // Since the process began, its own loading included.
    firstByteSeconds: (firstMs ?? doneMs) / 1000,
    bytes: transfer.view().doneBytes,
    route: peers[0]?.route?.kind ?? 'none',
  })
}

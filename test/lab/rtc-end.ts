/**
 * One end of one connection, with Beeline's own classes and nothing above them: its signals are lines of standard input and
 * output. Prints the route once it is open and each time it changes. Arguments: offer or answer, a STUN server, and
 * any of `predict`, `map-ports`.
 */

import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { locate } from '#engine/connect/ice-url.ts'
import { openNetworkMonitor } from '#engine/connect/nat/open-network-monitor.ts'
import { Network } from '#engine/connect/network.ts'
import { openPortMapper } from '#engine/connect/port-mapping/port-mapper.ts'
import { RtcConnection } from '#engine/connect/rtc-connection.ts'
import { LaneId, Signal } from '#shared/protocol/signals.ts'

const [role = '', stun = '', ...options] = process.argv.slice(2)
const isPredicting = options.includes('predict')
const LANE = v.parse(LaneId, '0123456789abcdef')
/** Of a network without an answer, which takes longest. */
const MEASURE_LIMIT_MS = 4000

const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
const network = new Network({
  iceServers: [{ urls: [stun] }],
  policy: 'automatic',
  bindAddress: undefined,
  portRange: undefined,
  log: () => undefined,
})
const portMapper = openPortMapper({ isEnabled: options.includes('map-ports') })
const monitor = openNetworkMonitor({ policy: () => 'automatic', portMapper })
const { promise: measured, resolve } = Promise.withResolvers<void>()
// The last thing that is found.
monitor.onFacts(() => (monitor.facts.ipv4.filtering === 'unknown' ? undefined : resolve()))
monitor.learnServers([locate(stun)])
await Promise.race([measured, new Promise((passed) => setTimeout(passed, MEASURE_LIMIT_MS))])
print({ ready: monitor.facts.ipv4 })

let startedMs = performance.now()
const connection = new RtcConnection({
  lane: LANE,
  role: role === 'offer' ? 'offer' : 'answer',
  network,
  ways: 'direct',
  predict: isPredicting,
  monitor,
  events: {
    signal: (signal) => print({ signal }),
    opened: () => print({ opened: performance.now() - startedMs, route: connection.route() }),
    failed: (error) => print({ failed: error.detail ?? error.code }),
  },
})
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'start') {
    startedMs = performance.now()
    connection.start()
  } else connection.receive(v.parse(v.pipe(v.string(), v.parseJson(), Signal), line))
})

/**
 * One end of a connection, in a process of its own inside a host: `node rtc-peer.ts offer|answer LANE [open-ports]`. Signals go out as
 * lines of JSON and come in the same way; without any server, so that what connects the two is what they can do themselves. Writes
 * `route …` when it is open; ends with its input.
 */

import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { openNetworkMonitor } from '#engine/connect/nat/open-network-monitor.ts'
import { Network } from '#engine/connect/network.ts'
import { openPortMapper } from '#engine/connect/port-mapping/port-mapper.ts'
import { RtcConnection } from '#engine/connect/rtc-connection.ts'
import { LaneId, Signal } from '#shared/protocol/signals.ts'

const [role, lane, option] = process.argv.slice(2)
const portMapper = openPortMapper({ isEnabled: option === 'open-ports' })
const network = new Network({
  iceServers: [],
  policy: 'automatic',
  bindAddress: undefined,
  portRange: undefined,
  log: () => undefined,
})
const connection = new RtcConnection({
  lane: v.parse(LaneId, lane),
  role: role === 'offer' ? 'offer' : 'answer',
  network,
  ways: 'any',
  predict: false,
  monitor: openNetworkMonitor({ policy: () => 'automatic', portMapper }),
  events: {
    signal: (signal) => console.log(JSON.stringify(signal)),
    opened: () => console.log(`route ${JSON.stringify(connection.route())}`),
    failed: (error) => console.log(`failed ${error.message}`),
  },
})
if (role === 'offer') connection.start()
for await (const line of createInterface({ input: process.stdin })) {
  connection.receive(v.parse(v.pipe(v.string(), v.parseJson(), Signal), line))
}
connection.close()
await portMapper[Symbol.asyncDispose]()
console.log('closed')
process.exit(0)

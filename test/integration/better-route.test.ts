/** Two real engines begin over a relay and move to a direct way while a file is on its way. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator, type Coordinator } from '#coordinator/server.ts'
import type { Engine, NetworkOptions, Transfer } from '#engine/engine.ts'
import { openEngine } from '#engine/open-engine.ts'
import { parseServer } from '#engine/connect/ice-url.ts'
import type { PeerView } from '#shared/api/views.ts'
import { Coturn, coturnIsMissing, TURN_PASSWORD, TURN_USER } from './harness/coturn.ts'
import { eventually, within } from './harness/eventually.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { writeRandomFile } from './harness/trees.ts'

const missing = await coturnIsMissing()

const MIB = 1024 * 1024
/** Takes some seconds at the limit below, so that the move comes in the middle. */
const FILE_BYTES = 48 * MIB
const LIMIT_BYTES_PER_SECOND = 12 * MIB

interface World extends AsyncDisposable {
  readonly folder: TempFolder
  readonly coordinator: Coordinator
  readonly sender: Engine
  readonly receiver: Engine
  readonly events: string[]
}

async function openWorld(): Promise<World> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await TempFolder.create())
  const server = started.use(await Coturn.start())
  const store = new MemorySummaryStore()
  const coordinator = started.use(await startCoordinator({ host: '127.0.0.1', port: 0, store }))
  const url = `turn:127.0.0.1:${server.port}`
  const network: NetworkOptions = {
    iceServers: [parseServer({ url, username: TURN_USER, password: TURN_PASSWORD }).iceServer],
    routePolicy: 'automatic',
    bindAddress: '127.0.0.1',
    isRelayFirst: true,
    // It would run beside the direct lane that is looked for.
    tlsLanes: false,
  }
  const events: string[] = []
  const open = async (name: string): Promise<Engine> =>
    started.use(
      await openEngine({
        dataDir: folder.at(name),
        deviceName: name,
        network,
        log: (event, fields) =>
          events.push(`${Math.round(performance.now())} ${name} ${event} ${JSON.stringify(fields)}`),
      }),
    )
  const world = {
    folder,
    coordinator,
    events,
    sender: await open('sender'),
    receiver: await open('receiver'),
  }
  const resources = started.move()
  return { ...world, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function peerOf(transfer: Transfer): PeerView | undefined {
  return transfer.view().peers[0]
}

describe.skipIf(missing !== undefined)(
  `through coturn${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test('the relayed lane gives way to a direct one, and nothing is fetched twice', async () => {
      await using world = await openWorld()
      const { folder, coordinator, sender, receiver, events } = world
      writeRandomFile(folder.at('file.bin'), FILE_BYTES)
      receiver.setLimits({
        upBytesPerSecond: null,
        downBytesPerSecond: LIMIT_BYTES_PER_SECOND,
        upBytesPerSecondPerTransfer: null,
        downBytesPerSecondPerTransfer: null,
        connections: 12,
      })
      const outgoing = await sender.send({
        paths: [folder.at('file.bin')],
        coordinators: [{ host: `127.0.0.1:${coordinator.port}`, isTls: false }],
      })
      const incoming = receiver.open(outgoing.link)
      const { signal } = new AbortController()
      await within('the offer', incoming.offer(signal))
      await incoming.accept({ destination: folder.at('here') }, signal)
      // From here on the coordinator is gone: what follows goes over the lane.
      await coordinator.close()
      await within('the file', incoming.finished())
      const views = await Promise.all(
        [incoming, outgoing].map((transfer) =>
          eventually(`one direct lane; ${events.join('\n')}`, () => {
            const peer = peerOf(transfer)
            return peer?.lanes.length === 1 && peer.route?.kind === 'lan' ? peer : undefined
          }),
        ),
      )
      for (const { history, betterRoute, route } of views) {
        expect(history.map(({ kind }) => kind)).toEqual(['relayed', 'lan'])
        expect(betterRoute).toBe('none')
        expect(route?.reason).toBe('same-device')
      }
      expect(await digestOf(folder.at('here', 'file.bin'))).toBe(await digestOf(folder.at('file.bin')))
      expect(incoming.view().receivedBytes).toBe(FILE_BYTES)
      expect(outgoing.view().sentBytes).toBe(FILE_BYTES)
    })
  },
)

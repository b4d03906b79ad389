/** Two real engines that may only use relays send a file through one, and both say so. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator } from '#coordinator/server.ts'
import type { NetworkOptions, Transfer } from '#engine/engine.ts'
import { openEngine } from '#engine/open-engine.ts'
import { parseServer } from '#engine/connect/ice-url.ts'
import type { RouteView } from '#shared/api/views.ts'
import { Coturn, coturnIsMissing, TURN_PASSWORD, TURN_USER } from './harness/coturn.ts'
import { eventually, within } from './harness/eventually.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { writeRandomFile } from './harness/trees.ts'

const missing = await coturnIsMissing()

/** Large enough that both sides are looked at while it crosses. */
const FILE_BYTES = 24 * 1024 * 1024

/** The first route of a connection that is seen. */
function routeOf(transfer: Transfer): Promise<RouteView> {
  return eventually(
    'a route',
    () => transfer.view().peers.find(({ route }) => route !== null)?.route ?? undefined,
  )
}

/** What coturn and the coordinator both know. */
const SECRET = 'a secret of sufficient length'

describe.skipIf(missing !== undefined)(
  `through coturn${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test.each(['udp', 'tcp'])(
      'a file crosses a relay over %s, and both views say which',
      async (transport) => {
        using folder = await TempFolder.create()
        await using server = await Coturn.start()
        const store = new MemorySummaryStore()
        await using coordinator = await startCoordinator({ host: '127.0.0.1', port: 0, store })
        const url = `turn:localhost:${server.port}?transport=${transport}`
        const network: NetworkOptions = {
          iceServers: [parseServer({ url, username: TURN_USER, password: TURN_PASSWORD }).iceServer],
          routePolicy: 'relay',
          bindAddress: '127.0.0.1',
        }
        const { routes, isEqual } = await cross(folder, coordinator.port, network)
        expect(isEqual).toBe(true)
        for (const route of routes) {
          expect(route).toMatchObject({ kind: 'relayed', reason: 'relay-only', relayHost: 'localhost' })
        }
      },
    )

    test('with logins of a coordinator that shares a secret with the relay', async () => {
      using folder = await TempFolder.create()
      await using server = await Coturn.start({ sharedSecret: SECRET })
      const urls = [`turn:localhost:${server.port}?transport=udp`]
      const store = new MemorySummaryStore()
      const turn = { urls, secret: SECRET }
      await using coordinator = await startCoordinator({ host: '127.0.0.1', port: 0, store, turn })
      const network: NetworkOptions = { iceServers: [], routePolicy: 'relay', bindAddress: '127.0.0.1' }
      const result = await cross(folder, coordinator.port, network)
      expect(result.isEqual).toBe(true)
      for (const route of result.routes) {
        expect(route).toMatchObject({ kind: 'relayed', relayHost: 'localhost' })
      }
    })
  },
)

/** Two devices that use the same network settings move a file. */
async function cross(
  folder: TempFolder,
  coordinatorPort: number,
  network: NetworkOptions,
): Promise<{ readonly routes: readonly RouteView[]; readonly isEqual: boolean }> {
  const open = (name: string) => openEngine({ dataDir: folder.at(name), deviceName: name, network })
  await using sender = await open('sender')
  await using receiver = await open('receiver')
  writeRandomFile(folder.at('file.bin'), FILE_BYTES)
  const outgoing = await sender.send({
    paths: [folder.at('file.bin')],
    coordinators: [{ host: `127.0.0.1:${coordinatorPort}`, isTls: false }],
  })
  const incoming = receiver.open(outgoing.link)
  const { signal } = new AbortController()
  await within('the offer', incoming.offer(signal))
  await incoming.accept({ destination: folder.at('here') }, signal)
  const routes = [await routeOf(outgoing), await routeOf(incoming)]
  await within('the file', incoming.finished())
  const isEqual = readFileSync(folder.at('here', 'file.bin')).equals(readFileSync(folder.at('file.bin')))
  return { routes, isEqual }
}

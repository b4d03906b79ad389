/**
 * Bench process: the whole program without a window, and a UI that watches it. Arguments: `share HOME COORDINATOR PATH`
 * or `get HOME LINK DIR`. Tells how long the main loop was held up, and how long a call of the UI took, while it ran.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { PAGE_CAPABILITIES } from '#cli/serve/page-capabilities.ts'
import { openSecretsFile } from '#engine/app/file-secrets.ts'
import { openApp } from '#engine/app/open-app.ts'
import type { Remote } from '#shared/api/contract.ts'
import { memoryCarriers } from '#shared/api/memory-carrier.ts'
import { connectRemote } from '#shared/api/rpc-client.ts'
import { serveContract } from '#shared/api/rpc-server.ts'
import type { TransferId, TransferView } from '#shared/api/views.ts'
import { usage } from './usage.ts'

/** Between two calls that are measured, milliseconds: more often than a person clicks. */
const CALL_PAUSE_MS = 25

const [role, home = '', where = '', path = ''] = process.argv.slice(2)

function report(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`)
}

const app = await openApp({
  dataDir: home,
  defaults: { deviceName: role ?? '', downloadFolder: path },
  version: 'bench',
  platform: process.platform,
  shell: {
    capabilities: PAGE_CAPABILITIES,
    secrets: openSecretsFile(home),
  },
  startCoordinator: () => Promise.reject(new Error('the bench has its own')),
  bindAddress: '127.0.0.1',
})
const [near, far] = memoryCarriers()
serveContract(far, app.implementation)
const remote = connectRemote(near)
const transfers = new Map<TransferId, TransferView>()
const never = new AbortController().signal
void remote.stream(
  'app.watch',
  {},
  (event) => {
    const views =
      event.kind === 'snapshot' ? event.app.transfers : event.kind === 'transfers' ? event.changed : []
    for (const view of views) transfers.set(view.id, view)
  },
  never,
)
const delay = monitorEventLoopDelay({ resolution: 2 })

/** Calls until it is over. @returns milliseconds of each */
async function callAgainAndAgain(ui: Remote, isOver: () => boolean): Promise<number[]> {
  const took: number[] = []
  while (!isOver()) {
    const startedMs = performance.now()
    await ui.call('host.space', { path: home })
    took.push(performance.now() - startedMs)
    await pause(CALL_PAUSE_MS)
  }
  return took.toSorted((left, right) => left - right)
}

async function end(fields: object): Promise<never> {
  await app.close()
  report({ ...fields, ...usage() })
  process.exit()
}

function figures(took: readonly number[]): object {
  return {
    loopDelayP99Ms: delay.percentile(99) / 1e6,
    loopDelayMaxMs: delay.max / 1e6,
    callP99Ms: took[Math.floor(took.length * 0.99)] ?? 0,
    calls: took.length,
  }
}

if (role === 'share') {
  await remote.call('settings.change', { network: { coordinator: `http://${where}` } })
  const { id, link } = await remote.call('share.create', { paths: [path] })
  void remote.stream('transfer.details', { id }, () => undefined, never).catch(() => undefined)
  let isOver = false
  process.stdin.on('end', () => {
    isOver = true
  })
  process.stdin.resume()
  report({ link })
  while (!isOver && (transfers.get(id)?.peers.length ?? 0) === 0) await pause(5)
  delay.enable()
  const took = await callAgainAndAgain(remote, () => isOver)
  delay.disable()
  await end(figures(took))
} else {
  const accepted = Promise.withResolvers<TransferId>()
  await remote.stream(
    'offer.open',
    { link: where },
    (event) => {
      if (event.state !== 'listed') return
      remote
        .call('offer.accept', { offer: event.offer, destination: path, selection: null })
        .then(({ id }) => accepted.resolve(id), accepted.reject)
    },
    never,
  )
  const id = await accepted.promise
  const startedMs = performance.now()
  void remote.stream('transfer.details', { id }, () => undefined, never).catch(() => undefined)
  delay.enable()
  const took = await callAgainAndAgain(remote, () => typeof transfers.get(id)?.finishedAtMs === 'number')
  delay.disable()
  await end({ seconds: (performance.now() - startedMs) / 1000, ...figures(took) })
}

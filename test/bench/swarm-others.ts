/**
 * Others on the same work as Beeline: webtorrent over WebRTC, and aria2, a classic BitTorrent client. Neither is a
 * dependency: webtorrent is installed into a folder beside the coverage, aria2 must be there already.
 */

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { Child } from './child.ts'
import { installOthers } from './others-install.ts'
import { boundSeconds, nameOfRun, type SwarmRun, type SwarmWork } from './swarm.ts'
import type { Place } from './swarm-ground.ts'

const run = promisify(execFile)
/** How often aria2 is asked how far it is, milliseconds. */
const ASK_MS = 100
/** For meeting and fetching; when it works it takes half of that. Milliseconds. */
const WEBTORRENT_LIMIT_MS = 100_000
/** Then it hangs, milliseconds. */
const LIMIT_MS = 180_000

export interface Contender {
  readonly name: string
  /** Undefined when it cannot be had here. */
  readonly measure: ((work: SwarmWork) => Promise<SwarmRun>) | undefined
}

export async function contenders(scratch: string): Promise<Contender[]> {
  const root = await installOthers()
  const hasAria = await run('aria2c', ['--version']).then(
    () => true,
    () => false,
  )
  return [
    {
      name: 'webtorrent over WebRTC',
      measure: root === undefined ? undefined : (work) => measureWebtorrent(root, scratch, work),
    },
    {
      name: 'aria2 over TCP',
      measure: root === undefined || !hasAria ? undefined : (work) => measureAria(root, scratch, work),
    },
  ]
}

/** A tracker, and a torrent that names it. */
async function prepare(
  children: AsyncDisposableStack,
  root: string,
  home: string,
  work: SwarmWork,
  kind: 'ws' | 'http',
): Promise<string> {
  const { address, entry } = work.ground.hub
  const tracker = children.use(new Child({ script: './torrent-peer.ts', entry }, root, 'track', address))
  const { port } = await tracker.line<{ port: number }>()
  const announce = kind === 'ws' ? `ws://${address}:${port}` : `http://${address}:${port}/announce`
  const torrent = join(home, 'share.torrent')
  await using maker = new Child('./torrent-peer.ts', root, 'make', torrent, work.source, announce)
  await maker.line()
  return torrent
}

interface Ending {
  readonly receivedBytes: number
  readonly sentBytes: number
}

/** Its time runs from the first byte that anybody gets: finding each other took ten seconds, and is not the question. */
async function measureWebtorrent(root: string, scratch: string, work: SwarmWork): Promise<SwarmRun> {
  const home = mkdtempSync(join(scratch, 'webtorrent-'))
  const [seederAt, ...receiversAt] = work.ground.members
  const uplink = work.ground.isShaped ? '0' : String(work.uplinkBytesPerSecond)
  const peer = ({ entry }: Place, ...words: string[]): Child =>
    new Child({ script: './torrent-peer.ts', entry }, root, ...words, uplink)
  try {
    await using children = new AsyncDisposableStack()
    const torrent = await prepare(children, root, home, work, 'ws')
    const seeder = children.use(peer(seederAt, 'seed', torrent, work.source))
    await seeder.line()
    const into = receiversAt.map((_, i) => join(home, `out ${i}`))
    const receivers = receiversAt.map((place, i) => children.use(peer(place, 'get', torrent, into[i] ?? '')))
    for (const receiver of receivers) await receiver.line()
    for (const receiver of receivers) receiver.say('begin')
    const done = await Promise.all(
      receivers.map((receiver) =>
        receiver.line<{ firstAtMs: number; doneAtMs: number }>(WEBTORRENT_LIMIT_MS),
      ),
    )
    const beganAtMs = Math.min(...done.map(({ firstAtMs }) => firstAtMs))
    const endings: Ending[] = []
    for (const child of [seeder, ...receivers]) {
      child.end()
      endings.push(await child.line<Ending>())
    }
    for (const folder of into) compareBytes(work.source, join(folder, basename(work.source)))
    const [sent, ...received] = endings
    return result('webtorrent over WebRTC', work, {
      seconds: done.map(({ doneAtMs }) => (doneAtMs - beganAtMs) / 1000),
      sentBytes: sent?.sentBytes ?? 0,
      receivedBytes: received.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0),
    })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const Status = v.object({
  result: v.array(
    v.object({
      completedLength: v.pipe(v.string(), v.transform(Number)),
      totalLength: v.pipe(v.string(), v.transform(Number)),
      uploadLength: v.pipe(v.string(), v.transform(Number)),
    }),
  ),
})

class Aria implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #ended: Promise<void>
  readonly #rpc: string

  private constructor(started: ChildProcess, rpc: string) {
    this.#process = started
    this.#rpc = rpc
    this.#ended = new Promise((resolve) => started.once('exit', () => resolve()))
  }

  /** @param uplink bytes per second, 0 for no limit */
  static async start(
    torrent: string,
    folder: string,
    uplink: number,
    { address, entry }: Place,
  ): Promise<Aria> {
    const rpcPort = await freePort()
    const options = {
      dir: folder,
      // Each has its own, or they take each other for the same one.
      interface: address,
      'listen-port': String(await freePort()),
      'max-upload-limit': String(uplink),
      'seed-ratio': '0.0',
      'bt-tracker-interval': '1',
      'bt-max-peers': '12',
      'bt-hash-check-seed': 'true',
      'check-integrity': 'true',
      'enable-dht': 'false',
      'bt-enable-lpd': 'false',
      'enable-rpc': 'true',
      'rpc-listen-all': 'true',
      'rpc-listen-port': String(rpcPort),
      'file-allocation': 'none',
      'no-conf': 'true',
      'stop-with-process': String(process.pid),
    }
    const list = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
    const [program, ...words] = [...entry, 'aria2c', ...list, torrent]
    return new Aria(spawn(program, words, { stdio: 'ignore' }), `http://${address}:${rpcPort}/jsonrpc`)
  }

  /** Undefined while it starts. */
  async status(): Promise<v.InferOutput<typeof Status>['result'][number] | undefined> {
    const keys = ['completedLength', 'totalLength', 'uploadLength']
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'aria2.tellActive', params: [keys] })
    try {
      const answer = await fetch(this.#rpc, { method: 'POST', body, signal: AbortSignal.timeout(5000) })
      return v.parse(Status, await answer.json()).result[0]
    } catch {
      return undefined
    }
  }

  async complete(): Promise<number> {
    const limit = AbortSignal.timeout(LIMIT_MS)
    for (;;) {
      const { completedLength = 0, totalLength = 1 } = (await this.status()) ?? {}
      if (completedLength === totalLength && totalLength > 0) return Date.now()
      await pause(ASK_MS, undefined, { signal: limit })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }
}

async function measureAria(root: string, scratch: string, work: SwarmWork): Promise<SwarmRun> {
  const home = mkdtempSync(join(scratch, 'aria-'))
  const { source, ground } = work
  const [seederAt, ...receiversAt] = ground.members
  const uplink = ground.isShaped ? 0 : work.uplinkBytesPerSecond
  try {
    await using children = new AsyncDisposableStack()
    const torrent = await prepare(children, root, home, work, 'http')
    // It seeds from a folder of its own, so that it cannot touch the source.
    const from = join(home, 'from')
    mkdirSync(from)
    copyFileSync(source, join(from, basename(source)))
    const seeder = children.use(await Aria.start(torrent, from, uplink, seederAt))
    await seeder.complete()
    const into = receiversAt.map((_, i) => join(home, `out ${i}`))
    const beganAtMs = Date.now()
    const receivers: Aria[] = []
    for (const [i, place] of receiversAt.entries()) {
      const folder = into[i] ?? ''
      mkdirSync(folder)
      receivers.push(children.use(await Aria.start(torrent, folder, uplink, place)))
    }
    const done = await Promise.all(receivers.map((receiver) => receiver.complete()))
    const sent = await seeder.status()
    for (const folder of into) compareBytes(source, join(folder, basename(source)))
    return result('aria2 over TCP', work, {
      seconds: done.map((doneAtMs) => (doneAtMs - beganAtMs) / 1000),
      sentBytes: sent?.uploadLength ?? 0,
      receivedBytes: undefined,
    })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** Torrents carry no times, so only the bytes can be compared. */
function compareBytes(source: string, copy: string): void {
  if (!readFileSync(source).equals(readFileSync(copy))) throw new Error('other bytes arrived')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Measured {
  readonly seconds: readonly number[]
  readonly sentBytes: number
  /** By all together; undefined where the program does not tell. */
  readonly receivedBytes: number | undefined
}

function result(
  contender: string,
  work: SwarmWork,
  { seconds, sentBytes, receivedBytes }: Measured,
): SwarmRun {
  const { receiverCount, bytes, uplinkBytesPerSecond } = work
  const lastSeconds = Math.max(...seconds)
  return {
    name: nameOfRun(contender, work),
    contender,
    line: work.ground.isShaped ? 'shaped' : 'engine',
    receiverCount,
    bytes,
    uplinkBytesPerSecond,
    firstSeconds: Math.min(...seconds),
    lastSeconds,
    ratio: lastSeconds / boundSeconds(work),
    seederShare: sentBytes / bytes,
    duplicates: receivedBytes === undefined ? null : receivedBytes / (bytes * receiverCount) - 1,
    peakMib: null,
  }
}

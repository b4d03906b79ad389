/**
 * Bench process: webtorrent over WebRTC, or the tracker of another client. It is no dependency of the project: the first
 * argument is a folder into which it was installed. Then `track ADDRESS`, `make TORRENT FILE TRACKER`, `seed TORRENT FILE UPLINK`
 * or `get TORRENT DIR UPLINK`.
 */

import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { usage } from './usage.ts'

/** How often a tracker wants to hear from its peers, milliseconds: none may wait for others to be named. */
const ANNOUNCE_MS = 1000
/** As in Beeline for a share of this size, bytes. */
const PIECE_BYTES = 256 * 1024

interface Torrent {
  readonly received: number
  readonly uploaded: number
  on(event: 'done' | 'download', listener: () => void): void
}
interface Client {
  add(torrent: Uint8Array, options: object): Torrent
}
interface TrackerServer {
  readonly http: { address(): { readonly port: number } }
  listen(port: number, host: string, listener: () => void): void
}

const [root = '', role, torrentPath = '', path = '', uplink = ''] = process.argv.slice(2)

function report(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`)
}

/** Without types, because it is not installed here; nothing of it leaves the bench. */
async function load<Shape>(file: string): Promise<Shape> {
  const loaded: unknown = await import(pathToFileURL(join(root, 'node_modules', file)).href)
  return loaded as Shape
}

async function startTracker(address: string): Promise<number> {
  const { Server } = await load<{ Server: new (options: object) => TrackerServer }>(
    'bittorrent-tracker/index.js',
  )
  const server = new Server({ udp: false, http: true, ws: true, stats: false, interval: ANNOUNCE_MS })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  return server.http.address().port
}

async function openClient(): Promise<Client> {
  const { default: WebTorrent } = await load<{ default: new (options: object) => Client }>(
    'webtorrent/index.js',
  )
  return new WebTorrent({
    dht: false,
    lsd: false,
    utp: false,
    natUpnp: false,
    natPmp: false,
    uploadLimit: Number(uplink) || -1,
    tracker: { rtcConfig: { iceServers: [] } },
  })
}

const isToldToEnd = once(process.stdin.resume(), 'end')
let torrent: Torrent | undefined
if (role === 'track') {
  report({ port: await startTracker(torrentPath) })
} else if (role === 'make') {
  const { default: createTorrent } = await load<{
    default: (path: string, options: object, done: (error: unknown, bytes: Uint8Array) => void) => void
  }>('create-torrent/index.js')
  const announce = [[uplink]]
  createTorrent(path, { announceList: announce, pieceLength: PIECE_BYTES, private: true }, (error, bytes) => {
    if (error !== null) throw new Error('no torrent', { cause: error })
    writeFileSync(torrentPath, bytes)
    report({ isReady: true })
  })
} else if (role === 'seed') {
  const client = await openClient()
  torrent = client.add(readFileSync(torrentPath), { path: dirname(path) })
  torrent.on('done', () => report({ isReady: true }))
} else {
  const client = await openClient()
  mkdirSync(path, { recursive: true })
  report({ isReady: true })
  await once(createInterface(process.stdin), 'line')
  torrent = client.add(readFileSync(torrentPath), { path })
  let firstAtMs = 0
  torrent.on('download', () => {
    firstAtMs ||= Date.now()
  })
  torrent.on('done', () => report({ firstAtMs, doneAtMs: Date.now() }))
}
await isToldToEnd
report({ receivedBytes: torrent?.received ?? 0, sentBytes: torrent?.uploaded ?? 0, ...usage() })
process.exit()

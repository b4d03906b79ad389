/** Made-up views for every state of the window. Names, sizes and addresses are plausible and nobody's. */

import type { Capabilities } from '#shared/api/host-views.ts'
import type { AppView, PeerView, RouteView, TransferId, TransferView } from '#shared/api/views.ts'
import type { PeerId, Topic } from '#shared/share/keys.ts'
import { SETTINGS } from './settings-fixture.ts'

export const MB = 1_000_000
export const GB = 1_000_000_000
/** A fixed moment, so that pictures can be compared. */
export const NOW_MS = Date.UTC(2026, 10, 21, 9, 30)

const DESKTOP: Capabilities = {
  shell: 'desktop',
  dialogs: true,
  reveal: true,
  startAtLogin: true,
  tray: true,
  notifications: true,
  updates: true,
  upload: null,
  secrets: 'system',
}

export const LAN: RouteView = {
  kind: 'lan',
  localType: 'host',
  remoteType: 'host',
  localAddress: '192.168.1.20:50312',
  remoteAddress: '192.168.1.31:61022',
  protocol: 'udp',
  reason: 'same-network',
  relayHost: null,
}
export const DIRECT: RouteView = {
  kind: 'direct',
  localType: 'srflx',
  remoteType: 'prflx',
  localAddress: '203.0.113.7:50312',
  remoteAddress: '198.51.100.42:41877',
  protocol: 'udp',
  reason: 'hole-punched',
  relayHost: null,
}
export const RELAYED: RouteView = {
  kind: 'relayed',
  localType: 'relay',
  remoteType: 'srflx',
  localAddress: '192.0.2.10:49170',
  remoteAddress: '198.51.100.99:1024',
  protocol: 'udp',
  reason: 'no-direct-path',
  relayHost: 'turn.example.org',
}

export function peer(name: string, route: RouteView | null, more: Partial<PeerView> = {}): PeerView {
  const id = Buffer.from(name).toString('hex').padEnd(32, '0').slice(0, 32)
  return {
    peer: id as PeerId,
    name,
    state: route === null ? 'connecting' : 'connected',
    route,
    lanes: route === null ? [] : [{ id: `${id}-1`, state: 'open', route, roundTripMs: 18 }],
    history: route === null ? [] : [{ kind: route.kind, sinceMs: 800 }],
    betterRoute: 'none',
    tls: 'none',
    roundTripMs: route === null ? null : route.kind === 'lan' ? 0.8 : route.kind === 'direct' ? 24 : 71,
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    receivedBytes: 0,
    sentBytes: 0,
    completeness: 1,
    failure: null,
    ...more,
  }
}

export function transfer(id: number, title: string, more: Partial<TransferView> = {}): TransferView {
  const totalBytes = more.totalBytes ?? 1.2 * GB
  return {
    id: id as TransferId,
    link: `https://meet.example.org/get#${'Qm9yZWRCZWVzRmx5U3RyYWlnaHQ'.repeat(3).slice(0, 64)}${id}`,
    linkReach: 'anywhere',
    addedAtMs: NOW_MS - id * 600_000,
    finishedAtMs: null,
    missing: null,
    topic: id.toString(16).padStart(64, '0') as Topic,
    role: 'get',
    state: 'receiving',
    title,
    sender: 'Jonas',
    error: null,
    totalBytes,
    doneBytes: 0,
    fileCount: 128,
    doneFiles: 0,
    pieceCount: 600,
    donePieces: 0,
    resumedBytes: 0,
    receivedBytes: 0,
    sentBytes: 0,
    fetchedCount: 0,
    copies: 0,
    priority: 'normal',
    queuePosition: null,
    isInOrder: false,
    seed: { limit: { ratio: null, timeMs: null }, isOwn: false, ratio: 0, endsAtMs: null, isReached: false },
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    etaMs: null,
    isPartial: false,
    coordinator: 'online',
    destination: '/home/mina/Downloads',
    peers: [],
    notices: [],
    ...more,
  }
}

/** A day’s list: every state a person commonly meets. */
export const TRANSFERS: readonly TransferView[] = [
  transfer(1, 'Lofoten 2026', {
    sender: 'Jonas',
    totalBytes: 18.4 * GB,
    doneBytes: 7.62 * GB,
    fileCount: 1284,
    doneFiles: 512,
    donePieces: 248,
    downBytesPerSecond: 21.4 * MB,
    upBytesPerSecond: 3.1 * MB,
    receivedBytes: 7.7 * GB,
    sentBytes: 0.9 * GB,
    etaMs: 504_000,
    peers: [
      peer('Jonas', DIRECT, { downBytesPerSecond: 14.2 * MB, receivedBytes: 5.1 * GB }),
      peer('Haruka’s iMac', LAN, {
        downBytesPerSecond: 6.9 * MB,
        upBytesPerSecond: 2.4 * MB,
        completeness: 0.61,
        receivedBytes: 2.2 * GB,
        sentBytes: 0.7 * GB,
      }),
      peer('studio-nas', RELAYED, {
        downBytesPerSecond: 0.3 * MB,
        upBytesPerSecond: 0.7 * MB,
        completeness: 0.34,
        receivedBytes: 0.4 * GB,
        sentBytes: 0.2 * GB,
      }),
      peer('Ines', null, { completeness: 0 }),
    ],
  }),
  transfer(2, 'Band rehearsal – multitrack stems, takes 1–14 (48 kHz, 24 bit).zip', {
    role: 'send',
    state: 'seeding',
    sender: '',
    totalBytes: 3.9 * GB,
    doneBytes: 3.9 * GB,
    fileCount: 1,
    doneFiles: 1,
    donePieces: 600,
    destination: null,
    upBytesPerSecond: 8.8 * MB,
    sentBytes: 5.6 * GB,
    peers: [
      peer('drums-pc', DIRECT, { upBytesPerSecond: 6.2 * MB, completeness: 0.83, sentBytes: 3.1 * GB }),
      peer('Noor', RELAYED, { upBytesPerSecond: 2.6 * MB, completeness: 0.41, sentBytes: 1.6 * GB }),
    ],
  }),
  transfer(3, '할머니 사진첩', {
    state: 'stalled',
    sender: '민아',
    totalBytes: 2.3 * GB,
    doneBytes: 1.9 * GB,
    fileCount: 642,
    doneFiles: 601,
    donePieces: 495,
    peers: [],
  }),
  transfer(4, 'thesis-final-FINAL-v7.pdf', {
    role: 'send',
    state: 'seeding',
    sender: '',
    linkReach: 'network',
    totalBytes: 4.2 * MB,
    doneBytes: 4.2 * MB,
    fileCount: 1,
    doneFiles: 1,
    pieceCount: 17,
    donePieces: 17,
    destination: null,
  }),
  transfer(5, 'debian-13.2.0-amd64-DVD-1.iso', {
    state: 'paused',
    sender: 'mirror-box',
    totalBytes: 3.99 * GB,
    doneBytes: 1.02 * GB,
    fileCount: 1,
    donePieces: 150,
  }),
  transfer(6, 'wedding raw footage', {
    state: 'failed',
    sender: 'Studio Blau',
    error: { code: 'disk.full', detail: null },
    totalBytes: 412 * GB,
    doneBytes: 133 * GB,
    fileCount: 214,
    doneFiles: 70,
    donePieces: 194,
  }),
  transfer(7, 'seedlings.blend', {
    state: 'seeding',
    finishedAtMs: NOW_MS - 3_600_000,
    sender: 'Priya',
    totalBytes: 612 * MB,
    doneBytes: 612 * MB,
    fileCount: 1,
    doneFiles: 1,
    donePieces: 600,
    sentBytes: 240 * MB,
    upBytesPerSecond: 1.1 * MB,
    peers: [peer('render-02', LAN, { upBytesPerSecond: 1.1 * MB, completeness: 0.4, sentBytes: 240 * MB })],
  }),
  transfer(8, 'Recipes', {
    state: 'finished',
    finishedAtMs: NOW_MS - 86_400_000,
    sender: 'Ada',
    totalBytes: 38 * MB,
    doneBytes: 38 * MB,
    fileCount: 96,
    doneFiles: 96,
    donePieces: 600,
  }),
  transfer(9, 'tax-2025', {
    role: 'send',
    state: 'stopped',
    sender: '',
    totalBytes: 12 * MB,
    doneBytes: 12 * MB,
    destination: null,
    fileCount: 9,
    doneFiles: 9,
  }),
]

export function appView(more: Partial<AppView> = {}): AppView {
  return {
    version: '0.1.0',
    platform: 'linux',
    capabilities: DESKTOP,
    settings: SETTINGS,
    transfers: [...TRANSFERS],
    update: null,
    ...more,
  }
}

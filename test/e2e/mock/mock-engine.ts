/** An implementation of the whole contract out of fixtures. Single calls and streams can be replaced. */

import type { Implementation } from '#shared/api/contract.ts'
import type { DetailsEvent, FolderView, OfferId } from '#shared/api/transfer-views.ts'
import type { AppEvent, AppView } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { GOOD_NETWORK } from './doctor-views.ts'
import { appView, GB, MB, NOW_MS, peer } from './fixtures.ts'

export interface MockEngine {
  readonly implementation: Implementation
  /** Names and inputs of all calls so far. */
  readonly called: { readonly name: string; readonly input: unknown }[]
  /** Tells every page. */
  tell(event: AppEvent): void
}

type Parts = {
  readonly calls?: Partial<Implementation['calls']>
  readonly streams?: Partial<Implementation['streams']>
}

export function mockEngine(app: AppView = appView(), parts: Parts = {}): MockEngine {
  const called: { name: string; input: unknown }[] = []
  const watchers = new Set<(event: AppEvent) => void>()
  const nothing = async (): Promise<Record<string, never>> => ({})
  const calls: Implementation['calls'] = {
    'share.create': async () => ({
      id: app.transfers[1]?.id ?? failed(),
      link: app.transfers[1]?.link ?? '',
    }),
    'offer.folder': async ({ path }) => folderOf(path, false),
    'offer.accept': async () => ({ id: app.transfers[0]?.id ?? failed() }),
    'transfer.pause': nothing,
    'transfer.resume': nothing,
    'transfer.remove': nothing,
    'transfer.folder': async ({ path }) => folderOf(path, true),
    'transfer.select': nothing,
    'transfer.prioritize': nothing,
    'transfer.preferFile': nothing,
    'transfer.inOrder': nothing,
    'transfer.startNow': nothing,
    'transfer.seedUntil': nothing,
    'transfer.reveal': nothing,
    'settings.change': nothing,
    'server.add': async () => ({ id: app.settings.network.servers[0]?.id ?? failed() }),
    'server.change': nothing,
    'server.remove': nothing,
    'server.move': nothing,
    'coordinator.test': async () => ({ roundTripMs: 31 }),
    'host.choose': async ({ what }) => ({
      paths: what === 'files' ? ['/home/mina/a.txt'] : ['/home/mina/Videos'],
    }),
    'host.folder': async ({ path }) => ({
      path: path ?? '/home/mina',
      parent: '/home',
      isCut: false,
      places: [
        { kind: 'home', path: '/home/mina' },
        { kind: 'downloads', path: '/home/mina/Downloads' },
        { kind: 'disk', path: '/' },
      ],
      entries: [
        ...['Desktop', 'Documents', 'Downloads', 'Music', 'Pictures', 'Videos'].map((name) => ({
          name,
          path: `/home/mina/${name}`,
          kind: 'folder' as const,
          sizeBytes: 0,
          modifiedMs: NOW_MS - 86_400_000,
        })),
        ...['letter.odt', 'mix-final.wav', 'poster.png'].map((name, i) => ({
          name,
          path: `/home/mina/${name}`,
          kind: 'file' as const,
          sizeBytes: (i + 1) * 4.7 * MB,
          modifiedMs: NOW_MS - 3_600_000,
        })),
      ],
    }),
    'host.space': async () => ({ freeBytes: 212 * GB, exists: true, isWritable: true }),
    'update.check': nothing,
    'update.download': nothing,
    'update.install': nothing,
    ...parts.calls,
  }
  const streams: Implementation['streams'] = {
    'app.watch': async (_input, signal, emit) => {
      emit({ kind: 'snapshot', app })
      watchers.add(emit)
      await aborted(signal)
      watchers.delete(emit)
    },
    'doctor.run': async (_input, _signal, emit) => {
      emit(GOOD_NETWORK)
    },
    'offer.open': async (_input, signal, emit) => {
      emit({
        offer: 1 as OfferId,
        state: 'listed',
        coordinator: 'online',
        peerCount: 2,
        description: {
          title: 'Lofoten 2026',
          sender: 'Jonas',
          totalBytes: 18.4 * GB,
          fileCount: 1284,
          folderCount: 12,
          createdAtMs: NOW_MS - 7_200_000,
          preview: [],
        },
        existing: null,
      })
      await aborted(signal)
    },
    'transfer.details': async (_input, signal, emit) => {
      emit(DETAILS)
      await aborted(signal)
    },
    'server.test': async (_input, _signal, emit) => {
      emit({
        state: 'passed',
        steps: [
          { step: 'resolve', tookMs: 12 },
          { step: 'connect', tookMs: 24 },
          { step: 'allocate', tookMs: 51 },
          { step: 'relay', tookMs: 49 },
        ],
        current: null,
        error: null,
        address: '192.0.2.10:49170',
        roundTripMs: 48.6,
      })
    },
    ...parts.streams,
  }
  return {
    called,
    tell: (event) => {
      for (const emit of watchers) emit(event)
    },
    implementation: { calls: noting(calls, called), streams },
  }
}

/** Wraps every call so that a test can ask what the page wanted. */
function noting(
  calls: Implementation['calls'],
  called: { name: string; input: unknown }[],
): Implementation['calls'] {
  return Object.fromEntries(
    Object.entries(calls).map(([name, run]) => [
      name,
      (input: never, signal: AbortSignal) => {
        called.push({ name, input })
        return (run as (input: never, signal: AbortSignal) => Promise<unknown>)(input, signal)
      },
    ]),
  ) as unknown as Implementation['calls']
}

function failed(): never {
  throw new AppError('transfer.unknown')
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function folderOf(path: string, isRunning: boolean): FolderView {
  const done = (bytes: number, share: number): number =>
    isRunning ? Math.round(bytes * Math.max(0, share)) : 0
  if (path === '') {
    return {
      path,
      entries: [
        {
          name: 'Lofoten 2026',
          kind: 'folder',
          sizeBytes: 18.4 * GB,
          fileCount: 1284,
          doneBytes: done(18.4 * GB, 0.41),
          wanted: 'some',
        },
      ],
    }
  }
  const depth = path.split('/').length
  const folders = depth > 2 ? [] : ['drone', 'harbour at dawn', 'Reine → Å', 'selected', '오로라']
  return {
    path,
    entries: [
      ...folders.map((name, i) => ({
        name,
        kind: 'folder' as const,
        sizeBytes: (3.1 - i * 0.4) * GB,
        fileCount: 210 - i * 31,
        doneBytes: done((3.1 - i * 0.4) * GB, 1 - i * 0.3),
        ...(i === 0 ? { priority: 'high' as const } : i === 4 ? { priority: 'mixed' as const } : {}),
        wanted: i === 2 ? ('none' as const) : i === 3 ? ('some' as const) : ('all' as const),
      })),
      ...Array.from({ length: 14 }, (_, i) => ({
        name: `DSC_${4210 + i * 3}${i % 4 === 0 ? '-pano-stitched-with-a-very-long-name-that-does-not-fit' : ''}.NEF`,
        kind: 'file' as const,
        sizeBytes: (42 + (i % 7) * 3.3) * MB,
        fileCount: 1,
        doneBytes: done((42 + (i % 7) * 3.3) * MB, i < 6 ? 1 : i === 6 ? 0.4 : 0),
        ...(i === 1 ? { priority: 'low' as const } : {}),
        wanted: 'all' as const,
      })),
    ],
  }
}

const DETAILS: DetailsEvent = {
  down: Array.from({ length: 180 }, (_, i) =>
    Math.max(
      0,
      17 * MB + Math.sin(i / 9) * 5 * MB + Math.sin(i / 2.3) * 2 * MB - (i < 12 ? (12 - i) * 1.5 * MB : 0),
    ),
  ),
  up: Array.from({ length: 180 }, (_, i) => Math.max(0, 2.4 * MB + Math.sin(i / 14) * 1.6 * MB)),
  pieces: Array.from({ length: 600 }, (_, i) =>
    i < 180 ? 100 : Math.round(Math.max(0, Math.min(100, 90 - (i - 180) * 0.3 + Math.sin(i * 1.7) * 60))),
  ),
  availability: Array.from({ length: 600 }, (_, i) => (i % 37 === 0 ? 1 : 2 + (i % 3))),
  people: [
    {
      peer: peer('Jonas', null).peer,
      name: 'Jonas',
      isHere: true,
      completeness: 1,
      receivedBytes: 5.1 * GB,
      sentBytes: 0,
    },
    {
      peer: peer('Haruka’s iMac', null).peer,
      name: 'Haruka’s iMac',
      isHere: true,
      completeness: 0.61,
      receivedBytes: 2.2 * GB,
      sentBytes: 0.7 * GB,
    },
    {
      peer: peer('studio-nas', null).peer,
      name: 'studio-nas',
      isHere: true,
      completeness: 0.34,
      receivedBytes: 0.4 * GB,
      sentBytes: 0.2 * GB,
    },
    {
      peer: peer('old-thinkpad', null).peer,
      name: 'old-thinkpad',
      isHere: false,
      completeness: 1,
      receivedBytes: 12 * MB,
      sentBytes: 1.3 * GB,
    },
  ],
}

/** Queue, priorities, passing on until a limit, and a sender who may leave. */

import type { Page } from '@playwright/test'
import type { SeedView, TransferView } from '#shared/api/views.ts'
import { appView, DIRECT, GB, LAN, MB, NOW_MS, peer, RELAYED, transfer, TRANSFERS } from './fixtures.ts'
import type { Look } from './look-shape.ts'
import { mockEngine, type MockEngine } from './mock-engine.ts'

const NO_SEED: SeedView = {
  limit: { ratio: null, timeMs: null },
  isOwn: false,
  ratio: 0.39,
  endsAtMs: null,
  isReached: false,
}

const SPREAD = transfer(2, 'Band rehearsal – multitrack stems, takes 1–14 (48 kHz, 24 bit).zip', {
  role: 'send',
  state: 'seeding',
  sender: '',
  totalBytes: 3.9 * GB,
  doneBytes: 3.9 * GB,
  fileCount: 1,
  doneFiles: 1,
  donePieces: 600,
  destination: null,
  upBytesPerSecond: 2.4 * MB,
  sentBytes: 4.1 * GB,
  copies: 1.83,
  priority: 'high',
  peers: [
    peer('drums-pc', DIRECT, { upBytesPerSecond: 1.6 * MB, completeness: 0.83, sentBytes: 2.4 * GB }),
    peer('Noor', RELAYED, { upBytesPerSecond: 0.8 * MB, completeness: 0.61, sentBytes: 1.7 * GB }),
    peer('Haruka’s iMac', LAN, { completeness: 0.39 }),
  ],
})

const queued = (
  id: number,
  title: string,
  queuePosition: number,
  more: Partial<TransferView> = {},
): TransferView =>
  transfer(id, title, { state: 'queued', queuePosition, coordinator: 'offline', fileCount: 4, ...more })

const COMPLETE = transfer(7, 'seedlings.blend', {
  state: 'seeding',
  finishedAtMs: NOW_MS - 3_600_000,
  sender: 'Priya',
  totalBytes: 612 * MB,
  doneBytes: 612 * MB,
  fileCount: 1,
  doneFiles: 1,
  donePieces: 600,
  sentBytes: 240 * MB,
  copies: 0.4,
  seed: {
    ...NO_SEED,
    isOwn: true,
    limit: { ratio: 2, timeMs: 43_200_000 },
    endsAtMs: NOW_MS + 36_000_000,
  },
  peers: [peer('render-02', LAN, { upBytesPerSecond: 1.1 * MB, completeness: 0.4, sentBytes: 240 * MB })],
})

const DAY: readonly TransferView[] = [
  ...TRANSFERS.slice(0, 1),
  SPREAD,
  queued(3, '할머니 사진첩', 1, {
    sender: '민아',
    priority: 'high',
    totalBytes: 2.3 * GB,
    doneBytes: 0.4 * GB,
  }),
  queued(4, 'debian-13.2.0-amd64-DVD-1.iso', 2, { sender: 'mirror-box', totalBytes: 3.99 * GB }),
  queued(5, 'wedding raw footage', 3, { sender: 'Studio Blau', priority: 'low', totalBytes: 412 * GB }),
  COMPLETE,
  transfer(8, 'Recipes', {
    state: 'finished',
    finishedAtMs: NOW_MS - 86_400_000,
    sender: 'Ada',
    totalBytes: 38 * MB,
    doneBytes: 38 * MB,
    fileCount: 96,
    doneFiles: 96,
    donePieces: 600,
    seed: { ...NO_SEED, ratio: 2, limit: { ratio: 2, timeMs: null }, isReached: true },
  }),
]

const world = (): MockEngine => mockEngine(appView({ transfers: [...DAY] }))

async function open(page: Page, title: string, tab: number): Promise<void> {
  await page.getByText(title, { exact: false }).first().click()
  await page.getByRole('tab').nth(tab).click()
}

const heading = async (page: Page, name: RegExp): Promise<void> => {
  await page.getByRole('heading', { name }).scrollIntoViewIfNeeded()
}

export const QUEUE_LOOKS: readonly Look[] = [
  { name: 'queue', engine: world },
  {
    name: 'queue-menu',
    engine: world,
    prepare: async (page) => {
      await page.getByRole('row').nth(2).locator('[aria-haspopup]').click()
    },
  },
  { name: 'queue-details', engine: world, prepare: (page) => open(page, '할머니', 0) },
  { name: 'spread', engine: world, prepare: (page) => open(page, 'Band rehearsal', 2) },
  {
    name: 'options',
    engine: world,
    prepare: async (page) => {
      await open(page, 'seedlings', 2)
      await heading(page, /^(About|정보)$/)
    },
  },
]

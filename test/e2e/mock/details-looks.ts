/** One transfer looked at closely, in its states; and a tree of 100,000 files. */

import type { Page } from '@playwright/test'
import type { FolderView } from '#shared/api/transfer-views.ts'
import { RouteReason, type PeerView, type RouteView, type TransferView } from '#shared/api/views.ts'
import { appView, DIRECT, GB, LAN, MB, peer, RELAYED, transfer, TRANSFERS } from './fixtures.ts'
import type { Look } from './look-shape.ts'
import { mockEngine, type MockEngine } from './mock-engine.ts'

const LOFOTEN = 'Lofoten 2026'

function world(...transfers: readonly TransferView[]): () => MockEngine {
  const ids = new Set(transfers.map(({ id }) => id))
  return () =>
    mockEngine(appView({ transfers: [...transfers, ...TRANSFERS.filter(({ id }) => !ids.has(id))] }))
}

/** By its row in the list, whatever the list looks like. */
async function open(page: Page, title: string): Promise<void> {
  await page.getByText(title, { exact: false }).first().click()
  await page.getByRole('tab').first().waitFor()
}

async function openTab(page: Page, position: number): Promise<void> {
  await page.getByRole('tab').nth(position).click()
}

function change(more: Partial<TransferView>, of = TRANSFERS[0]): TransferView {
  if (of === undefined) throw new Error('the fixtures have no transfers')
  return { ...of, ...more }
}

/** Both dialled at once. */
const DIRECT_TLS: RouteView = { ...DIRECT, remoteType: 'srflx', protocol: 'tls' }

/** Every way a connection can run, with a long name and one without. */
const ALL_KINDS: readonly PeerView[] = [
  peer('Jonas', DIRECT_TLS, {
    tls: 'open',
    lanes: [DIRECT, DIRECT_TLS].map((route, i) => ({
      id: `jonas-${i}`,
      state: 'open',
      route,
      roundTripMs: 24,
    })),
    downBytesPerSecond: 14.2 * MB,
    receivedBytes: 5.1 * GB,
  }),
  peer('Haruka’s iMac', LAN, {
    downBytesPerSecond: 6.9 * MB,
    upBytesPerSecond: 2.4 * MB,
    completeness: 0.61,
    receivedBytes: 2.2 * GB,
    sentBytes: 0.7 * GB,
  }),
  peer('studio-nas-in-the-basement.local', RELAYED, {
    downBytesPerSecond: 0.3 * MB,
    upBytesPerSecond: 0.7 * MB,
    completeness: 0.34,
    receivedBytes: 0.4 * GB,
    sentBytes: 0.2 * GB,
    betterRoute: 'trying',
    history: [
      { kind: 'relayed', sinceMs: 840 },
      { kind: 'direct', sinceMs: 2140 },
      { kind: 'relayed', sinceMs: 92_000 },
    ],
    lanes: [
      { id: 'a', state: 'open', route: RELAYED, roundTripMs: 71.2 },
      { id: 'b', state: 'leaving', route: DIRECT, roundTripMs: 33.6 },
      { id: 'c', state: 'open', route: null, roundTripMs: null },
    ],
  }),
  peer('', { ...RELAYED, relayHost: null, localType: 'host', remoteType: 'relay' }, { completeness: 0.07 }),
  peer('Ines', null, { completeness: 0 }),
  peer('old-thinkpad', null, { state: 'failed', failure: 'peer.unreachable', completeness: 0 }),
]

/** Every reason a connection may have, in the order of the contract. */
const ALL_REASONS: readonly PeerView[] = RouteReason.options.map((reason, i) => {
  const like = i < 3 ? LAN : i < 6 ? DIRECT : RELAYED
  const route = { ...like, reason, ...(i % 3 === 0 ? { relayHost: null, remoteType: 'relay' as const } : {}) }
  return peer(reason, route, {
    betterRoute: reason === 'looking' ? 'trying' : i > 11 ? 'later' : 'none',
    history:
      route.kind === 'relayed'
        ? [{ kind: 'relayed', sinceMs: 760 }]
        : [
            { kind: 'relayed', sinceMs: 760 },
            { kind: route.kind, sinceMs: 2060 },
          ],
  })
})

const MANY: readonly PeerView[] = Array.from({ length: 15 }, (_, i) =>
  peer(
    `${['render', 'desk', 'nas', 'phone', '민아'][i % 5]}-${String(i + 1).padStart(2, '0')}`,
    [LAN, DIRECT, RELAYED, DIRECT][i % 4] ?? null,
    {
      downBytesPerSecond: (15 - i) ** 2 * 0.1 * MB,
      upBytesPerSecond: i % 3 === 0 ? 0.4 * MB : 0,
      completeness: ((i * 37) % 100) / 100,
    },
  ),
)

const TREE_ENTRIES = 100_000

const BIG_FOLDER: FolderView = {
  path: '',
  entries: Array.from({ length: TREE_ENTRIES }, (_, i) => ({
    name: i < 40 ? `shelf ${String(i).padStart(2, '0')}` : `IMG_${String(i).padStart(6, '0')}.jpg`,
    kind: i < 40 ? ('folder' as const) : ('file' as const),
    sizeBytes: 3 * MB + ((i * 7919) % 4_000_000),
    fileCount: i < 40 ? 120 : 1,
    doneBytes: i % 3 === 0 ? 3 * MB : 0,
    wanted: i % 50 === 49 ? ('none' as const) : ('all' as const),
  })),
}

export const DETAILS_LOOKS: readonly Look[] = [
  {
    name: 'details-connections',
    engine: world(change({ peers: [...ALL_KINDS] })),
    prepare: (page) => open(page, LOFOTEN),
  },
  {
    name: 'details-lanes',
    engine: world(change({ peers: [...ALL_KINDS] })),
    prepare: async (page) => {
      await open(page, LOFOTEN)
      await page.locator('.peer .peer-more').nth(2).click()
      await page.locator('.peer').nth(2).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'details-reasons',
    engine: world(change({ peers: [...ALL_REASONS] })),
    prepare: async (page) => {
      await open(page, LOFOTEN)
      await page
        .locator('.peer .peer-more')
        .nth(ALL_REASONS.length - 3)
        .click()
      await page
        .locator('.peer')
        .nth(ALL_REASONS.length - 3)
        .scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'details-many',
    engine: world(change({ peers: [...MANY], coordinator: 'offline' })),
    prepare: (page) => open(page, LOFOTEN),
  },
  {
    name: 'details-one',
    engine: world(change({ peers: ALL_KINDS.slice(0, 1) })),
    prepare: (page) => open(page, LOFOTEN),
  },
  {
    name: 'details-none',
    engine: world(
      change({ peers: [], state: 'stalled', downBytesPerSecond: 0, upBytesPerSecond: 0, etaMs: null }),
    ),
    prepare: (page) => open(page, LOFOTEN),
  },
  {
    name: 'details-none-send',
    engine: world(),
    prepare: (page) => open(page, 'thesis-final'),
  },
  {
    name: 'details-files',
    engine: world(),
    prepare: async (page) => {
      await open(page, LOFOTEN)
      await openTab(page, 1)
    },
  },
  {
    name: 'details-files-choose',
    engine: world(change({ isPartial: true })),
    prepare: async (page) => {
      await open(page, LOFOTEN)
      await openTab(page, 1)
      await page.locator('[data-part="tick"]').nth(1).click()
      await page.getByRole('tree').focus()
      await page.keyboard.press('ArrowDown')
    },
  },
  {
    name: 'details-overview',
    engine: world(),
    prepare: async (page) => {
      await open(page, LOFOTEN)
      await openTab(page, 2)
    },
  },
  {
    name: 'details-overview-end',
    engine: world(
      change({
        resumedBytes: 1.4 * GB,
        isPartial: true,
        notices: [
          { code: 'names-changed', count: 3, text: '' },
          { code: 'peer-banned', count: 1, text: 'peer.bad-piece' },
        ],
      }),
    ),
    prepare: async (page) => {
      await open(page, LOFOTEN)
      await openTab(page, 2)
      await page.locator('.facts').scrollIntoViewIfNeeded()
    },
  },
  { name: 'details-send', engine: world(), prepare: (page) => open(page, 'Band rehearsal') },
  { name: 'details-paused', engine: world(), prepare: (page) => open(page, 'debian-13') },
  { name: 'details-failed', engine: world(), prepare: (page) => open(page, 'wedding raw') },
  {
    name: 'tree-100k',
    engine: () =>
      mockEngine(
        appView({
          transfers: [
            transfer(1, LOFOTEN, { peers: [...ALL_KINDS], fileCount: TREE_ENTRIES, isPartial: true }),
          ],
        }),
        {
          calls: {
            'transfer.folder': async ({ path }) => (path === '' ? BIG_FOLDER : { path, entries: [] }),
          },
        },
      ),
    prepare: async (page) => {
      await open(page, LOFOTEN)
      await openTab(page, 1)
      await page.locator('.tree-row').nth(3).waitFor()
      await page.getByRole('tree').focus()
      await page.keyboard.press('End')
    },
  },
]

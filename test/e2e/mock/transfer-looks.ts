/** The list of transfers, and everything between files, links and folders. */

import { PAGE_CAPABILITIES } from '#cli/serve/page-capabilities.ts'
import type { TransferId } from '#shared/api/views.ts'
import type { OfferEvent, OfferId } from '#shared/api/transfer-views.ts'
import { AppError } from '#shared/errors.ts'
import { appView, GB, MB, NOW_MS, TRANSFERS, transfer } from './fixtures.ts'
import type { Look } from './look-shape.ts'
import { aborted, mockEngine, type MockEngine } from './mock-engine.ts'

const LINK = `https://meet.example.org/get#${'Qm9yZWRCZWVzRmx5U3RyYWlnaHQ'.repeat(3).slice(0, 64)}`

/** Many of which most are done: what a list looks like after a year. */
const MANY = Array.from({ length: 2000 }, (_, i) => {
  const like = TRANSFERS[i % TRANSFERS.length]
  return { ...(like ?? transfer(1, '')), id: (i + 1) as TransferId, addedAtMs: NOW_MS - i * 60_000 }
})

const OFFER: OfferEvent = {
  offer: 1 as OfferId,
  state: 'looking',
  coordinator: 'connecting',
  peerCount: 0,
  description: null,
  existing: null,
}

function offering(event: OfferEvent): MockEngine {
  return mockEngine(appView(), {
    streams: {
      'offer.open': async (_input, signal, emit) => {
        emit(event)
        await aborted(signal)
      },
    },
  })
}

const receiveLink: Look['prepare'] = async (_page, { engine }) => {
  engine.tell({ kind: 'link', link: LINK })
}

export const TRANSFER_LOOKS: readonly Look[] = [
  { name: 'transfers-many', engine: () => mockEngine(appView({ transfers: MANY })) },
  {
    name: 'transfers-selected',
    engine: () => mockEngine(),
    prepare: async (page) => {
      await page
        .getByRole('row')
        .first()
        .click({ position: { x: 120, y: 16 } })
    },
  },
  {
    name: 'transfers-keyboard',
    engine: () => mockEngine(),
    prepare: async (page) => {
      await page.getByRole('grid').focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
    },
  },
  {
    name: 'transfers-none-found',
    engine: () => mockEngine(),
    prepare: async (page) => {
      await page.getByRole('searchbox').fill('zebra')
    },
  },
  {
    name: 'transfers-offline',
    engine: () =>
      mockEngine(appView({ transfers: TRANSFERS.map((view) => ({ ...view, coordinator: 'offline' })) })),
  },
  {
    name: 'transfers-menu',
    engine: () => mockEngine(),
    prepare: async (page) => {
      await page.getByRole('row').first().locator('[aria-haspopup]').click()
    },
  },
  {
    name: 'remove',
    engine: () => mockEngine(),
    prepare: async (page) => {
      await page.getByRole('grid').focus()
      await page.keyboard.press('Delete')
    },
  },
  {
    name: 'share-link',
    engine: () => mockEngine(),
    prepare: async (page) => {
      await page.locator('.share-split .button').first().click()
    },
  },
  {
    name: 'share-link-network',
    engine: () =>
      mockEngine(appView(), {
        calls: { 'share.create': async () => ({ id: 4 as TransferId, link: LINK }) },
      }),
    prepare: async (page) => {
      await page.locator('.share-split .button').first().click()
    },
  },
  {
    name: 'share-menu',
    engine: () => mockEngine(appView({ capabilities: PAGE_CAPABILITIES })),
    prepare: async (page) => {
      await page.locator('.share-more').click()
    },
  },
  {
    name: 'share-confirm',
    engine: () => mockEngine(),
    prepare: async (_page, { engine }) => {
      engine.tell({
        kind: 'paths',
        paths: ['/home/mina/Pictures/Lofoten 2026', '/home/mina/Documents/packing list (final).pdf'],
      })
    },
  },
  {
    name: 'drop',
    engine: () => mockEngine(),
    prepare: async (page) => {
      const data = await page.evaluateHandle(`(() => {
        const data = new DataTransfer()
        data.items.add(new File(['a'], 'a.txt'))
        return data
      })()`)
      await page.dispatchEvent('body', 'dragenter', { dataTransfer: data })
    },
  },
  {
    name: 'upload',
    engine: () => mockEngine(appView({ capabilities: PAGE_CAPABILITIES })),
    prepare: async (page) => {
      // Never answered: the picture is of the middle.
      await page.route('**/upload/**', () => undefined)
      const asked = page.waitForEvent('filechooser')
      await page.locator('.share-more').click()
      await page.getByRole('menuitem').nth(2).click()
      const chooser = await asked
      await chooser.setFiles([
        { name: 'a.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(0.3 * MB) },
        { name: 'b.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(0.8 * MB) },
      ])
    },
  },
  {
    name: 'receive-empty',
    engine: () => mockEngine(),
    prepare: async (page) => {
      await page.locator('.transfers-buttons .button').first().click()
    },
  },
  {
    name: 'receive-bad-link',
    engine: () => mockEngine(),
    prepare: async (page) => {
      await page.locator('.transfers-buttons .button').first().click()
      await page.getByRole('textbox').fill('https://meet.example.org/get#Qm9yZWRCZWVz')
      await page.keyboard.press('Enter')
    },
  },
  {
    name: 'receive-looking',
    engine: () => offering({ ...OFFER, coordinator: 'online' }),
    prepare: receiveLink,
  },
  { name: 'receive-offer', engine: () => mockEngine(), prepare: receiveLink },
  {
    name: 'receive-coming',
    engine: () =>
      offering({
        ...OFFER,
        state: 'offered',
        coordinator: 'online',
        description: {
          title: '할머니 사진첩 – every album from 1961 until the summer of 2003, scanned.zip',
          sender: '',
          totalBytes: 2.3 * GB,
          fileCount: 1,
          folderCount: 0,
          createdAtMs: NOW_MS - 40 * 86_400_000,
          preview: [],
        },
      }),
    prepare: receiveLink,
  },
  {
    name: 'receive-no-space',
    engine: () =>
      mockEngine(appView(), {
        calls: { 'host.space': async () => ({ freeBytes: 3.2 * GB, exists: true, isWritable: true }) },
      }),
    prepare: receiveLink,
  },
  {
    name: 'receive-existing',
    engine: () =>
      offering({
        ...OFFER,
        state: 'listed',
        coordinator: 'online',
        existing: 1 as TransferId,
        description: {
          title: 'Lofoten 2026',
          sender: 'Jonas',
          totalBytes: 18.4 * GB,
          fileCount: 1284,
          folderCount: 12,
          createdAtMs: NOW_MS - 7_200_000,
          preview: [],
        },
      }),
    prepare: receiveLink,
  },
  {
    name: 'receive-error',
    engine: () =>
      mockEngine(appView(), {
        streams: {
          'offer.open': async () => {
            throw new AppError('share.not-found')
          },
        },
      }),
    prepare: receiveLink,
  },
]

/** Pictures of the settings, of the login page, and of choosing files. */

import { PAGE_CAPABILITIES } from '#cli/serve/page-capabilities.ts'
import type { Page } from '@playwright/test'
import type { AppView } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { appView, MB } from './fixtures.ts'
import type { Look } from './look-shape.ts'
import { mockEngine } from './mock-engine.ts'
import { SETTINGS } from './settings-fixture.ts'

async function openSettings(page: Page, tab: number): Promise<void> {
  await page.getByRole('button', { name: /^(Settings|설정)$/ }).click()
  await page.getByRole('tab').nth(tab).click()
}

const look = (
  name: string,
  tab: number,
  app: Partial<AppView>,
  more?: (page: Page) => Promise<void>,
): Look => ({
  name,
  engine: () => mockEngine(appView(app)),
  prepare: async (page) => {
    await openSettings(page, tab)
    await more?.(page)
  },
})

const testButton = (page: Page, nth: number): Promise<void> =>
  page
    .locator('.server')
    .nth(nth)
    .getByRole('button', { name: /^(Test|시험)$/ })
    .click()

export const SETTINGS_LOOKS: readonly Look[] = [
  look('settings-general', 0, {}),
  look('settings-general-web', 0, { capabilities: PAGE_CAPABILITIES }),
  look('settings-network', 1, {}),
  look('settings-network-bottom', 1, {}, async (page) => {
    await page.getByRole('heading', { name: /UDP/ }).scrollIntoViewIfNeeded()
  }),
  {
    name: 'settings-proxy-refused',
    engine: () =>
      mockEngine(appView(), {
        calls: { 'settings.change': () => Promise.reject(new AppError('settings.bad-value')) },
      }),
    prepare: async (page) => {
      await openSettings(page, 1)
      const field = page.getByRole('textbox', { name: /^(Proxy|프록시)$/ })
      await field.fill('proxy.example.org:port')
      await field.press('Enter')
      await field.scrollIntoViewIfNeeded()
    },
  },
  look(
    'settings-network-empty',
    1,
    {
      settings: {
        ...SETTINGS,
        network: { ...SETTINGS.network, coordinator: null, routePolicy: 'relay', servers: [] },
      },
    },
    async (page) => {
      await page.getByRole('button', { name: /Add server|서버 추가/ }).scrollIntoViewIfNeeded()
    },
  ),
  look('settings-server-passed', 1, {}, async (page) => {
    await testButton(page, 1)
    await page.waitForTimeout(100)
    await page.locator('.probe').scrollIntoViewIfNeeded()
  }),
  {
    name: 'settings-server-failed',
    engine: () =>
      mockEngine(appView(), {
        streams: {
          'server.test': async (_input, _signal, emit) => {
            emit({
              state: 'failed',
              steps: [
                { step: 'resolve', tookMs: 11 },
                { step: 'connect', tookMs: 38 },
              ],
              current: 'allocate',
              error: { code: 'turn.bad-credentials', detail: '401 Unauthorized' },
              address: null,
              roundTripMs: null,
            })
          },
        },
      }),
    prepare: async (page) => {
      await openSettings(page, 1)
      await testButton(page, 1)
      await page.waitForTimeout(100)
      await page.locator('.probe').scrollIntoViewIfNeeded()
    },
  },
  look('settings-server-new', 1, {}, async (page) => {
    await page.getByRole('button', { name: /Add server|서버 추가/ }).click()
  }),
  {
    name: 'settings-server-refused',
    engine: () =>
      mockEngine(appView(), {
        calls: {
          'server.add': () =>
            Promise.reject(new AppError('relay.bad-url', { detail: 'the port is not a number' })),
        },
      }),
    prepare: async (page) => {
      await openSettings(page, 1)
      await page.getByRole('button', { name: /Add server|서버 추가/ }).click()
      await page.getByRole('dialog').getByRole('textbox').first().fill('turn:turn.example.org:port')
      await page.getByRole('button', { name: /^(Save|저장)$/ }).click()
    },
  },
  look('settings-limits', 2, {
    settings: {
      ...SETTINGS,
      limits: { ...SETTINGS.limits, upBytesPerSecond: 2.5 * MB, downBytesPerSecondPerTransfer: 800_000 },
    },
  }),
  look('settings-about', 3, { update: { version: '0.2.0', state: 'downloading', progress: 0.4 } }),
  { name: 'login-password', engine: () => mockEngine(), session: 'password', prepare: tryPassword },
  { name: 'login-token', engine: () => mockEngine(), session: 'token' },
  look('host-destination', 0, { capabilities: PAGE_CAPABILITIES }, async (page) => {
    await page.getByRole('button', { name: /Choose…|선택…/ }).click()
  }),
]

async function tryPassword(page: Page): Promise<void> {
  await page.getByRole('textbox').or(page.locator('input[type=password]')).first().fill('bee')
  await page.getByRole('button').first().click()
}

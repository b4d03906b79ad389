/** Pictures of the look at this device’s network, in its states. */

import type { Page } from '@playwright/test'
import type { Implementation } from '#shared/api/contract.ts'
import { AppError } from '#shared/errors.ts'
import { CLOSED_NETWORK, GOOD_NETWORK, HALF_LOOKED_AT } from './doctor-views.ts'
import { appView } from './fixtures.ts'
import type { Look } from './look-shape.ts'
import { aborted, mockEngine } from './mock-engine.ts'

async function openDoctor(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Settings|설정)$/ }).click()
  await page.getByRole('tab').nth(1).click()
  await page.getByRole('button', { name: /^(Check this network…|네트워크 점검…)$/ }).click()
  await page.getByRole('dialog').waitFor()
}

const look = (
  name: string,
  run: Implementation['streams']['doctor.run'],
  more?: Look['prepare'],
  mayComplain?: RegExp,
): Look => ({
  name,
  engine: () => mockEngine(appView(), { streams: { 'doctor.run': run } }),
  ...(mayComplain === undefined ? {} : { mayComplain }),
  prepare: async (page, world) => {
    await openDoctor(page)
    await more?.(page, world)
  },
})

const half: Implementation['streams']['doctor.run'] = async (_input, signal, emit) => {
  emit(HALF_LOOKED_AT)
  await aborted(signal)
}

export const DOCTOR_LOOKS: readonly Look[] = [
  look('doctor-good', async (_input, _signal, emit) => emit(GOOD_NETWORK)),
  look('doctor-closed', async (_input, _signal, emit) => emit(CLOSED_NETWORK)),
  look(
    'doctor-report',
    async (_input, _signal, emit) => emit(GOOD_NETWORK),
    async (page) => {
      await page.locator('.report').scrollIntoViewIfNeeded()
    },
  ),
  look('doctor-running', half),
  look('doctor-stopped', half, async (page) => {
    await page
      .getByText(/^(Being looked at…|살펴보는 중…)$/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: /^(Stop|멈추기)$/ }).click()
  }),
  look('doctor-failed', async () => {
    throw new AppError('api.unavailable')
  }),
  look(
    'doctor-engine-lost',
    half,
    async (page, { mock }) => {
      await page
        .getByText(/^(Being looked at…|살펴보는 중…)$/)
        .first()
        .waitFor()
      mock.down()
      await page.getByRole('alert').waitFor()
    },
    /WebSocket/,
  ),
]

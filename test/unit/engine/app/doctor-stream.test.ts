/** The contract's `doctor.run` looks at the network that the settings in force make. */

import { expect, test } from 'vitest'
import * as v from 'valibot'
import { PAGE_CAPABILITIES } from '#cli/serve/page-capabilities.ts'
import type { App } from '#engine/app/app.ts'
import { openSecretsFile } from '#engine/app/file-secrets.ts'
import { openApp } from '#engine/app/open-app.ts'
import { DoctorView } from '#shared/api/doctor-views.ts'
import { freePort } from '#test/integration/harness/coturn.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { FakeEngine, FakeLibrary } from './fake-engine.ts'

function open(folder: TempFolder, engine: FakeEngine): Promise<App> {
  return openApp(
    {
      dataDir: folder.path,
      defaults: { deviceName: 'anna', downloadFolder: '/home/anna' },
      version: '1.2.3',
      platform: 'linux',
      shell: { capabilities: PAGE_CAPABILITIES, secrets: openSecretsFile(folder.path) },
      startCoordinator: () => Promise.reject(new Error('not asked for')),
      bindAddress: '127.0.0.1',
    },
    engine.start,
  )
}

test('coordinator, servers and route policy are those of the settings, and every view is one of the contract', async () => {
  using folder = await TempFolder.create()
  const engine = new FakeEngine(new FakeLibrary())
  await using app = await open(folder, engine)
  const { calls, streams } = app.implementation
  const { signal } = new AbortController()
  const coordinator = `http://127.0.0.1:${await freePort()}`
  await calls['settings.change']({ network: { coordinator, routePolicy: 'direct' } }, signal)
  const url = 'turn:127.0.0.1:3478'
  await calls['server.add']({ url, username: 'anna', password: 'secret' }, signal)

  const views: DoctorView[] = []
  await streams['doctor.run']({}, signal, (view) => views.push(view))
  for (const view of views) expect(v.safeParse(DoctorView, view).success).toBe(true)
  const last = views.at(-1)
  expect(last).toMatchObject({ verdict: 'nothing', hasRelay: false })
  expect(last?.report).toContain('routes direct')
  expect(last?.findings).toContainEqual(
    expect.objectContaining({ check: 'coordinator', subject: coordinator, outcome: 'failed' }),
  )
  expect(last?.findings).toContainEqual(
    expect.objectContaining({ check: 'turn', subject: `${url}?transport=udp`, outcome: 'skipped' }),
  )
  expect(JSON.stringify(views)).not.toContain('secret')
})

test('broken off, it rejects', async () => {
  using folder = await TempFolder.create()
  await using app = await open(folder, new FakeEngine(new FakeLibrary()))
  const broken = new AbortController()
  const running = app.implementation.streams['doctor.run']({}, broken.signal, () =>
    broken.abort(new Error('enough')),
  )
  await expect(running).rejects.toThrow('enough')
})

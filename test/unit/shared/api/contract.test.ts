import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { openEngine } from '#engine/open-engine.ts'
import { calls, streams } from '#shared/api/contract.ts'
import { AppEvent, TransferView } from '#shared/api/views.ts'

/** Nothing listens there: the view must be whole without a coordinator too. */
const NOWHERE = [{ host: '127.0.0.1:9', isTls: false }] as const

test('what a running engine shows is what the contract promises', async () => {
  const home = mkdtempSync(join(tmpdir(), 'beeline-contract-'))
  try {
    await using engine = await openEngine({
      dataDir: join(home, 'library'),
      deviceName: 'test',
      network: { iceServers: [], routePolicy: 'automatic', bindAddress: '127.0.0.1' },
    })
    writeFileSync(join(home, 'file'), 'content')
    const transfer = await engine.send({ paths: [join(home, 'file')], coordinators: NOWHERE })
    for (let tries = 0; transfer.view().state !== 'seeding' && tries < 500; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const view = v.parse(TransferView, transfer.view())
    expect(view).toMatchObject({ role: 'send', state: 'seeding', title: 'file', totalBytes: 7, fileCount: 1 })
    expect(view).toMatchObject({ link: transfer.link, linkReach: 'network', isPartial: false })
    expect(v.is(AppEvent, { kind: 'transfers', changed: [view], gone: [] })).toBe(true)
    const folder = v.parse(calls['transfer.folder'].output, transfer.folder(''))
    expect(folder.entries).toEqual([
      { name: 'file', kind: 'file', sizeBytes: 7, fileCount: 1, doneBytes: 7, wanted: 'all' },
    ])
    const details = v.parse(streams['transfer.details'].item, transfer.details())
    expect(details).toMatchObject({ pieces: [100], availability: [0], people: [] })
    const [record] = engine.history()
    expect(v.parse(TransferView, record?.view)).toMatchObject({ id: view.id, state: 'finished' })
    expect(v.parse(calls['share.create'].output, { id: view.id, link: transfer.link }).link).toBe(
      transfer.link,
    )
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})

test.each([
  ['no path', { paths: [] }],
  ['an empty path', { paths: [''] }],
  ['a path that is no text', { paths: [1] }],
])('a share of %s is refused before it reaches the engine', (_what, input) => {
  expect(v.safeParse(calls['share.create'].input, input).success).toBe(false)
})

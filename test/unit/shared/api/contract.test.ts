import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { openEngine } from '#engine/open-engine.ts'
import { calls, events } from '#shared/api/contract.ts'

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
    const view = v.parse(events['transfer.changed'], transfer.view())
    expect(view).toMatchObject({ role: 'send', state: 'seeding', title: 'file', totalBytes: 7, fileCount: 1 })
    expect(v.parse(calls['transfer.list'].output, [transfer.view()])).toHaveLength(1)
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

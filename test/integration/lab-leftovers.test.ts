/** What a killed run of the lab leaves behind is taken away by the next one, and nothing else is. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { runCommand } from '#test/lab/command.ts'
import { Lab, labIsMissing } from '#test/lab/lab.ts'
import { isLeftover, sweepLeftovers } from '#test/lab/maker.ts'
import { eventually } from './harness/eventually.ts'

const missing = await labIsMissing()

/** Opens a lab with a process in it, says what is there, and waits to be killed. */
const MAKER = `
  import { Lab } from '#test/lab/lab.ts'
  const lab = await Lab.open()
  const site = await lab.connect('port-restricted')
  const sleeper = site.host.start('sleep', ['600'])
  console.log(JSON.stringify([lab.internet.name, site.host.name, lab.folder]))
`

describe.skipIf(missing !== undefined)(
  `leftovers of the lab${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test('namespaces, processes and files of a killed maker go, and those of one that lives stay', async () => {
      await using lab = await Lab.open()
      const maker = spawn(process.execPath, ['--input-type=module-typescript', '-e', MAKER], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const [line] = (await once(createInterface({ input: maker.stdout }), 'line')) as [string]
      const [internet = '', host = '', folder = ''] = JSON.parse(line) as string[]
      // It takes a moment to get into its namespace.
      const sleeper = await eventually('the process in it', async () => (await processesIn(host))[0])
      maker.kill('SIGKILL')
      await once(maker, 'exit')
      expect(await namespaces()).toEqual(expect.arrayContaining([internet, host, lab.internet.name]))
      expect(isLeftover(host)).toBe(true)
      expect(existsSync(folder)).toBe(true)

      await sweepLeftovers()

      expect(await namespaces()).not.toContain(internet)
      expect(await namespaces()).not.toContain(host)
      expect(existsSync(folder)).toBe(false)
      expect(sleeper).toBeGreaterThan(0)
      await eventually('the process in it to end', () => !isRunning(sleeper))
      expect(await namespaces()).toContain(lab.internet.name)
      expect(existsSync(lab.folder)).toBe(true)
    })

    test('a lab leaves nothing behind', async () => {
      const lab = await Lab.open()
      const site = await lab.connect('carrier-grade')
      const host = site.host.name
      const { folder } = lab
      await lab[Symbol.asyncDispose]()
      expect(await namespaces()).not.toContain(lab.internet.name)
      expect(await namespaces()).not.toContain(host)
      expect(existsSync(folder)).toBe(false)
      expect(existsSync(`/etc/netns/${host}`)).toBe(false)
    })
  },
)

test('the name of another program’s namespace is no leftover, nor that of a maker that runs', () => {
  const startOf = (processId: number): string | undefined => (processId === 7 ? '100' : undefined)
  expect(isLeftover('vpn', startOf)).toBe(false)
  expect(isLeftover('beelab-7.100-internet', startOf)).toBe(false)
  // The id has gone to another process since.
  expect(isLeftover('beelab-7.99-internet', startOf)).toBe(true)
  expect(isLeftover('beelab-8.100-internet', startOf)).toBe(true)
})

async function namespaces(): Promise<string[]> {
  return (await runCommand('ip', ['netns', 'list'])).split('\n').map((line) => line.split(' ')[0] ?? '')
}

async function processesIn(namespace: string): Promise<number[]> {
  const pids = await runCommand('ip', ['netns', 'pids', namespace])
  return pids.split('\n').filter(Boolean).map(Number)
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}

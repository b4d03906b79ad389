/** aria2, a classic BitTorrent client: one seeder, one receiver, TCP. */

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import type { Host } from '#test/lab/emulator/host.ts'
import { lineOf, whenComplete, type Contender } from './contender.ts'
import { makeTorrent } from './torrent.ts'

const TRACKER = join(import.meta.dirname, 'torrent.ts')
const Port = v.pipe(v.string(), v.parseJson(), v.object({ port: v.number() }))

export const aria: Contender = {
  name: 'aria2 (BitTorrent)',
  packages: ['aria2'],
  takesFolders: false,
  async deliver(work) {
    const { left, right } = work.emulator
    const tracker = left.spawn(process.execPath, [TRACKER, left.address], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { port } = v.parse(Port, await lineOf(tracker, (line) => line.startsWith('{')))
    const torrent = join(work.scratch, 'work.torrent')
    writeFileSync(torrent, makeTorrent(work.source, `http://${left.address}:${port}/announce`))
    const name = basename(work.source)
    const from = join(work.scratch, 'from')
    mkdirSync(from)
    copyFileSync(work.source, join(from, name))
    const seeder = run(left, torrent, from, ['--check-integrity=true', '--bt-hash-check-seed=true'])
    await lineOf(seeder, (line) => /seeding|Seed|complete/i.test(line))
    const to = join(work.scratch, 'received')
    mkdirSync(to)
    const copy = join(to, name)
    const startedMs = performance.now()
    // Else it would go on as a seeder and never say that it has everything.
    const receiver = run(right, torrent, to, ['--seed-time=0'])
    // The file has its size before it has its bytes; what follows on this line, a farewell to the tracker, is not counted.
    let isDone = false
    lineOf(receiver, (line) => line.includes('Seeding is over')).then(
      () => {
        isDone = true
      },
      () => undefined, // at the limit, which the wait below reports
    )
    const seconds = await whenComplete(copy, work, startedMs, () => !isDone)
    for (const child of [receiver, seeder, tracker]) child.kill('SIGKILL')
    return { copy, seconds }
  },
}

function run(
  host: Host,
  torrent: string,
  folder: string,
  more: readonly string[],
): ReturnType<Host['spawn']> {
  const options = [
    `--dir=${folder}`,
    '--listen-port=6881',
    '--seed-ratio=0.0',
    '--bt-tracker-interval=1',
    '--enable-dht=false',
    '--bt-enable-lpd=false',
    '--file-allocation=none',
    '--no-conf=true',
    '--summary-interval=1',
    '--console-log-level=notice',
  ]
  return host.spawn('aria2c', [...options, ...more, torrent], { stdio: ['ignore', 'pipe', 'ignore'] })
}

/** webtorrent over WebRTC: what a browser would do, by the native library that Beeline uses. */

import type { ChildProcess } from 'node:child_process'
import { basename, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import type { Host } from '#test/lab/emulator/host.ts'
import { installOthers } from '../others-install.ts'
import { lineOf, whenComplete, type Contender } from './contender.ts'

const PEER = resolve(import.meta.dirname, '../torrent-peer.ts')
const UNLIMITED = '-1'
const Port = v.pipe(v.string(), v.parseJson(), v.object({ port: v.number() }))

export const webtorrent: Contender = {
  name: 'webtorrent (WebRTC)',
  packages: [],
  takesFolders: false,
  async deliver(work) {
    const root = await installOthers()
    if (root === undefined) throw new Error('webtorrent cannot be installed here')
    const { left, right } = work.emulator
    const torrent = join(work.scratch, 'work.torrent')
    const start = (host: Host, ...argv: readonly string[]): ChildProcess =>
      host.spawn(process.execPath, [PEER, root, ...argv], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
    const isJson = (line: string): boolean => line.startsWith('{')
    const tracker = start(left, 'track', left.address)
    const { port } = v.parse(Port, await lineOf(tracker, isJson))
    await lineOf(start(left, 'make', torrent, work.source, `ws://${left.address}:${port}`), isJson)
    const seeder = start(left, 'seed', torrent, work.source, UNLIMITED)
    await lineOf(seeder, isJson)
    const to = join(work.scratch, 'received')
    const startedMs = performance.now()
    const receiver = start(right, 'get', torrent, to, UNLIMITED)
    // The first line says that it is ready, the second that everything is here and checked.
    let lines = 0
    if (receiver.stdout !== null) createInterface(receiver.stdout).on('line', () => lines++)
    receiver.stdin?.write('begin\n')
    const copy = join(to, basename(work.source))
    const seconds = await whenComplete(copy, work, startedMs, () => lines < 2)
    for (const child of [receiver, seeder, tracker]) child.kill('SIGKILL')
    return { copy, seconds }
  },
}

/** magic-wormhole (Python) and wormhole-william (Go), with a mailbox server at the sender's end. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import * as v from 'valibot'
import { lineOf, whenComplete, whenEnded, type Contender, type Delivery, type Work } from './contender.ts'

const SERVER = join(import.meta.dirname, 'mailbox-server.ts')
const CODE = '4-bench-line'
/** Sender and receiver meet by a code that both are given; so the sender is let in first. Milliseconds. */
const HEAD_START_MS = 2500
const Port = v.pipe(v.string(), v.parseJson(), v.object({ port: v.number() }))

interface Programs {
  send(url: string): readonly string[]
  receive(url: string): readonly string[]
}

async function deliver(program: string, commands: Programs, work: Work): Promise<Delivery> {
  const { left, right } = work.emulator
  const piped = { stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
  const server = left.spawn(process.execPath, [SERVER, left.address], piped)
  const { port } = v.parse(Port, await lineOf(server, (line) => line.startsWith('{')))
  const url = `ws://${left.address}:${port}/v1`
  const target = join(work.scratch, 'received')
  mkdirSync(target)
  const env = { ...process.env, LC_ALL: 'C.UTF-8', HOME: work.scratch }
  const sender = left.spawn(program, commands.send(url), { stdio: 'ignore', env })
  await pause(HEAD_START_MS)
  const startedMs = performance.now()
  const receiver = right.spawn(program, commands.receive(url), {
    cwd: target,
    stdio: ['pipe', 'ignore', 'ignore'],
    env,
  })
  // One of the two asks.
  receiver.stdin?.on('error', () => undefined).end('y\n')
  const copy = join(target, basename(work.source))
  const seconds = await whenComplete(copy, work, startedMs)
  if (seconds !== Number.POSITIVE_INFINITY) await Promise.race([whenEnded(receiver), pause(10_000)])
  for (const child of [sender, receiver, server]) child.kill('SIGKILL')
  return { copy, seconds }
}

export const magicWormhole: Contender = {
  name: 'magic-wormhole',
  packages: ['magic-wormhole', 'iproute2', 'net-tools'],
  takesFolders: true,
  deliver: (work) =>
    deliver(
      'wormhole',
      {
        send: (url) => [...meeting(url, work), 'send', '--hide-progress', '--code', CODE, work.source],
        receive: (url) => [...meeting(url, work), 'receive', '--hide-progress', '--accept-file', CODE],
      },
      work,
    ),
}

/** The relay is never needed, and one that refuses is told of sooner than a name that cannot be found. */
function meeting(url: string, { emulator }: Work): string[] {
  return ['--relay-url', url, '--transit-helper', `tcp:${emulator.left.address}:9`]
}

export const wormholeWilliam: Contender = {
  name: 'wormhole-william',
  packages: ['wormhole-william'],
  takesFolders: true,
  deliver: (work) => {
    // It has no option for the transit relay, and gives up when that has no address.
    const hosts = join(work.scratch, 'hosts')
    writeFileSync(hosts, `127.0.0.1 localhost\n${work.emulator.left.address} transit.magic-wormhole.io\n`)
    const script = 'mount --bind "$1" /etc/hosts && shift && exec wormhole-william "$@"'
    const own = (url: string): string[] => ['--mount', 'sh', '-c', script, 'sh', hosts, '--relay-url', url]
    return deliver(
      'unshare',
      {
        send: (url) => [...own(url), 'send', '--hide-progress', '--code', CODE, work.source],
        receive: (url) => [...own(url), 'receive', '--hide-progress', CODE],
      },
      work,
    )
  },
}

/** Beeline by its own commands, with a coordinator at the sender's end. */

import { basename, join } from 'node:path'
import * as v from 'valibot'
import { BeelineCommand } from '#test/lab/emulator/beeline-command.ts'
import type { Contender } from './contender.ts'

const Listening = v.looseObject({ urls: v.array(v.string()) })
const Link = v.looseObject({ link: v.string() })

/** What a program does after its work. Milliseconds. */
const END_LIMIT_MS = 10_000

export const beeline: Contender = {
  name: 'Beeline',
  packages: [],
  takesFolders: true,
  async deliver({ emulator, source, scratch, limitMs }) {
    const { left, right } = emulator
    using commands = new DisposableStack()
    const start = (...[host, argv, home]: ConstructorParameters<typeof BeelineCommand>): BeelineCommand =>
      commands.use(new BeelineCommand(host, argv, join(scratch, home)))
    const coordinator = start(left, ['coordinator', '--listen', `${left.address}:0`], 'coordinator')
    const [url = ''] = v.parse(Listening, await coordinator.event('listening')).urls
    const sender = start(left, ['send', source, '--coordinator', url], 'sender')
    const { link } = v.parse(Link, await sender.event('link'))
    const target = join(scratch, 'received')
    const startedMs = performance.now()
    const receiver = start(right, ['get', link, '--to', target, '--yes'], 'receiver')
    const isDone = await receiver.isDone(limitMs)
    const seconds = isDone ? (performance.now() - startedMs) / 1000 : Number.POSITIVE_INFINITY
    if (isDone) await receiver.ended(END_LIMIT_MS)
    return { copy: join(target, basename(source)), seconds }
  },
}

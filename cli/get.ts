/** `beeline get`: shows what a link offers, asks, and receives it. */

import { statfs } from 'node:fs/promises'
import path from 'node:path'
import type { IncomingTransfer } from '#engine/engine.ts'
import type { OfferView, SeedLimit } from '#shared/api/views.ts'
import { parseLink } from '#shared/share/link.ts'
import { AppError } from '#shared/errors.ts'
import { usageError, type Arguments } from './arguments.ts'
import type { Command, Context } from './command.ts'
import { NAME_OPTION, NETWORK_OPTIONS, OUTPUT_OPTIONS, readNetwork } from './common-options.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { createOutput } from './output/create-output.ts'
import type { Output } from './output/output.ts'
import { LIMIT_OPTIONS } from './limit-options.ts'
import { askYesNo } from './question.ts'
import { readSeedLimit, SEED_OPTIONS } from './seed-options.ts'
import { stopQuietly, watch, withEngine } from './session.ts'
import { safeText } from './terminal-text.ts'
import { TransferHistory } from './transfer-history.ts'

export const getCommand: Command = {
  name: 'get',
  summary: 'receive what a link offers',
  operands: 'LINK',
  description: [
    'Shows what is offered, and asks before anything is written. Put the link in quotes: it has signs that a shell would take for its own.',
    'Interrupted in any way, the same command goes on where it was: what has arrived is kept and not fetched again.',
  ],
  options: {
    to: { value: 'DIR', help: 'folder to receive into; the current one if not given' },
    only: {
      value: 'PATH',
      isRepeatable: true,
      help: 'receive only this file or folder, named as in the share; may be given more than once',
    },
    yes: { short: 'y', help: 'receive without being asked' },
    'in-order': { help: 'from the beginning on, to open a film or an archive while it comes' },
    ...SEED_OPTIONS,
    ...NAME_OPTION,
    ...LIMIT_OPTIONS,
    ...NETWORK_OPTIONS,
    ...OUTPUT_OPTIONS,
  },
  examples: [
    ['beeline get "http://192.168.1.5:8787/get#…"', 'receive into this folder'],
    ['beeline get "https://…/get#…" --to ~/Downloads --yes', 'receive elsewhere, unasked'],
    ['beeline get "https://…/get#…" --only photos/2024 --only photos/list.txt', 'receive a part of it'],
    [
      'beeline get "https://…/get#…" --seed-ratio 2 --seed-time 12h',
      'give back twice as much, for half a day at most',
    ],
  ],
  run,
}

async function run(args: Arguments, context: Context): Promise<number> {
  const [link, ...others] = args.operands
  if (link === undefined) throw usageError('say which link: beeline get LINK')
  if (others.length > 0) throw usageError('one link at a time, and in quotes')
  const seedLimit = readSeedLimit(args)
  // A damaged link is told before anything is opened.
  const { coordinators: coordinator } = parseLink(link)
  const output = createOutput(context, args.has('json'))
  const destination = path.resolve(context.workingDir, args.text('to') ?? '.')
  const network = readNetwork(args, context)
  return withEngine({ args, context, output, network, coordinator }, async (engine) => {
    const transfer = engine.open(link)
    try {
      return await receive(transfer, { args, context, output, destination, seedLimit })
    } finally {
      await stopQuietly(transfer)
    }
  })
}

interface ReceiveSettings {
  readonly args: Arguments
  readonly context: Context
  readonly output: Output
  readonly destination: string
  /** Undefined: it is not passed on once it is here. */
  readonly seedLimit: SeedLimit | undefined
}

async function receive(transfer: IncomingTransfer, settings: ReceiveSettings): Promise<number> {
  const { args, context, output, destination, seedLimit } = settings
  const signal = context.interruption
  const history = new TransferHistory()
  const offer = await lookAtOffer(transfer, settings)
  output.offer({ offer, destination, freeBytes: await freeBytes(destination) })
  await agree(settings)
  const only = args.list('only').map(trimSlashes)
  if (args.has('in-order')) transfer.setInOrder(true)
  if (seedLimit !== undefined) transfer.seedUntil(seedLimit)
  await transfer.accept({ destination, selection: only.length === 0 ? null : { paths: only } }, signal)
  const outcome = await watch(transfer, { output, history, signal, until: 'finished' })
  const result = (kind: 'finished' | 'stopped') =>
    history.result(transfer.view(), transfer.shortId, kind, performance.now())
  if (outcome === 'interrupted') {
    output.stopped(result('stopped'))
    return EXIT_CODES.interrupted
  }
  output.done(result('finished'))
  if (seedLimit === undefined) return EXIT_CODES.ok
  await watch(transfer, { output, history, signal, until: 'seeded' })
  output.stopped(result('stopped'))
  return EXIT_CODES.ok
}

/** A shell completes folders with a slash, and `./` is a habit. */
function trimSlashes(text: string): string {
  return text.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
}

/** The offer may take a while when the sender is not there: something must be seen. */
async function lookAtOffer(
  transfer: IncomingTransfer,
  { output, context }: ReceiveSettings,
): Promise<OfferView> {
  const show = (): void => output.show(transfer.view())
  const unsubscribe = transfer.onChange(show)
  show()
  try {
    return await transfer.offer(context.interruption)
  } finally {
    unsubscribe()
    output.rest()
  }
}

/** Throws AppError `transfer.declined`, or `transfer.no-consent` where nobody can be asked. */
async function agree({ args, context, destination }: ReceiveSettings): Promise<void> {
  if (args.has('yes')) return
  if (context.stdin.isTTY !== true || context.stdout.isTTY !== true || args.has('json')) {
    throw new AppError('transfer.no-consent')
  }
  if (!(await askYesNo(`Receive into ${safeText(destination)}?`, context)))
    throw new AppError('transfer.declined')
}

/** Of the disk on which the folder is or would be; null when the system does not tell. */
async function freeBytes(folder: string): Promise<number | null> {
  for (let place = folder; ; place = path.dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place)
      return bavail * bsize
    } catch {
      if (path.dirname(place) === place) return null
    }
  }
}

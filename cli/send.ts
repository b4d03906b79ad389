/** `beeline send`: shares files and folders until Ctrl-C, with a coordinator of its own when none is given. */

import path from 'node:path'
import { isLocalHost, isLoopback, reachableHosts } from '#engine/app/addresses.ts'
import {
  bracketed,
  ownAddresses,
  startEmbeddedCoordinator,
  type Addresses,
} from '#engine/app/embedded-coordinator.ts'
import type { Engine, SavedShare, Transfer } from '#engine/engine.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { AppError } from '#shared/errors.ts'
import { usageError, type Arguments } from './arguments.ts'
import type { Command, Context } from './command.ts'
import {
  NAME_OPTION,
  NETWORK_OPTIONS,
  OUTPUT_OPTIONS,
  parseCoordinatorUrl,
  parseListen,
  readDataDir,
  readNetwork,
} from './common-options.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { createOutput } from './output/create-output.ts'
import type { Output } from './output/output.ts'
import { LIMIT_OPTIONS } from './limit-options.ts'
import { logFor, stopQuietly, watch, withEngine } from './session.ts'
import { TransferHistory } from './transfer-history.ts'

export const sendCommand: Command = {
  name: 'send',
  summary: 'share files and folders, and get a link to pass on',
  operands: 'PATH…',
  description: [
    'Prints a link at once and shares until Ctrl-C. Whoever has the link can receive; nobody else can, and no server sees names or content.',
    'Without --coordinator this computer introduces the devices itself, which works for everybody on the same network. For friends elsewhere, name a coordinator that both sides reach.',
  ],
  options: {
    coordinator: { value: 'URL', help: 'server that introduces the devices; or set BEELINE_COORDINATOR' },
    listen: {
      value: 'HOST:PORT',
      help: 'where the own coordinator listens; all addresses and port 8787 if not given',
    },
    resume: { value: 'ID', help: 'go on with an earlier share, under its old link' },
    list: { help: 'the shares that can be resumed' },
    ...NAME_OPTION,
    ...LIMIT_OPTIONS,
    ...NETWORK_OPTIONS,
    ...OUTPUT_OPTIONS,
  },
  examples: [
    ['beeline send holiday-photos', 'share a folder on this network'],
    ['beeline send a.iso b.iso --coordinator https://beeline.example.org', 'share with friends anywhere'],
    ['beeline send --resume ab12cd34', 'go on where you stopped'],
  ],
  run,
}

async function run(args: Arguments, context: Context): Promise<number> {
  const output = createOutput(context, args.has('json'))
  const listen = args.text('listen') === undefined ? undefined : parseListen(args.text('listen') ?? '')
  const bindsLoopback = listen !== undefined && isLoopback(listen.host)
  const network = readNetwork(args, context, bindsLoopback)
  const coordinator = chosenCoordinator(args, context)
  const wanted = wantedShare(args)
  return withEngine({ args, context, output, network }, async (engine) => {
    if (wanted.kind === 'list') {
      output.savedShares(engine.savedShares())
      return EXIT_CODES.ok
    }
    const saved = wanted.kind === 'resume' ? findSaved(engine, wanted.shortId) : undefined
    await using started = new AsyncDisposableStack()
    const addresses =
      coordinator !== undefined && saved === undefined
        ? ([coordinator] satisfies Addresses)
        : await bringCoordinator({ args, context, output, listen, saved, network }, started)
    const transfer =
      saved !== undefined
        ? await engine.resumeSend(saved.shortId)
        : await engine.send({ paths: absolute(wanted, context), coordinators: addresses })
    started.defer(() => stopQuietly(transfer))
    const isOwn = saved === undefined && coordinator === undefined
    // Awaited here, before what was started is taken down.
    return await share(transfer, {
      context,
      output,
      addresses,
      isOwn,
      paths: saved?.paths ?? absolute(wanted, context),
    })
  })
}

async function share(
  transfer: Transfer,
  settings: {
    readonly context: Context
    readonly output: Output
    readonly addresses: Addresses
    /** The coordinator is this computer's own. */
    readonly isOwn: boolean
    readonly paths: readonly string[]
  },
): Promise<number> {
  const { context, output, addresses, isOwn, paths } = settings
  // Not TLS and no public name: it works as far as this network reaches, whatever a router may forward.
  const isLocal = !addresses[0].isTls && (isOwn || isLocalHost(addresses[0].host.replace(/:\d+$/, '')))
  const { link, shortId } = transfer
  output.link({ link, shortId, paths, isLocal })
  const history = new TransferHistory()
  const outcome = await watch(transfer, { output, history, signal: context.interruption, until: 'finished' })
  output.stopped(history.result(transfer.view(), shortId, 'stopped', performance.now()))
  return outcome === 'interrupted' ? EXIT_CODES.interrupted : EXIT_CODES.ok
}

/** Starts the own coordinator unless the share that is taken up again lives at another one. */
async function bringCoordinator(
  settings: {
    readonly args: Arguments
    readonly context: Context
    readonly output: Output
    readonly listen: ReturnType<typeof parseListen> | undefined
    readonly saved: SavedShare | undefined
    readonly network: ReturnType<typeof readNetwork>
  },
  started: AsyncDisposableStack,
): Promise<Addresses> {
  const { args, context, output, saved } = settings
  const dataDir = readDataDir(context)
  const resumed = saved === undefined ? [] : await ownAddresses(dataDir, saved.coordinators)
  if (saved !== undefined && resumed.length === 0) return saved.coordinators
  const wasLoopback = resumed.length > 0 && resumed.every((address) => isLoopback(hostOf(address)))
  const log = logFor(args, output)
  const coordinator = await startEmbeddedCoordinator({
    start: context.services.startCoordinator,
    dataDir,
    listen: settings.listen ?? (wasLoopback ? { host: '127.0.0.1', port: undefined } : undefined),
    // A person's own relay has a password: it stays here, and helps the other side from here all the same.
    iceServers: settings.network.iceServers.filter((server) => server.credential === undefined),
    resumed,
    ...(log === undefined ? {} : { log }),
  })
  started.defer(() => coordinator.close())
  if (saved === undefined) return coordinator.addresses
  if (!wasLoopback && !resumed.some((address) => reachableHosts().includes(bracketed(hostOf(address))))) {
    output.notice(
      'This computer has another address than when the link was made, so others may not find it. Share again for a new link.',
    )
  }
  return saved.coordinators
}

type Wanted =
  | { readonly kind: 'list' }
  | { readonly kind: 'resume'; readonly shortId: string }
  | { readonly kind: 'paths'; readonly paths: readonly string[] }

/** Throws AppError `usage` when two wishes stand beside each other, or none. */
function wantedShare(args: Arguments): Wanted {
  const shortId = args.text('resume')
  const wishes = [args.has('list'), shortId !== undefined, args.operands.length > 0].filter(Boolean).length
  if (wishes === 0) throw usageError('say what to send: beeline send PATH…')
  if (wishes > 1) throw usageError('give either PATHs, --resume or --list')
  if (shortId !== undefined) {
    if (args.text('coordinator') !== undefined)
      throw usageError('--resume keeps the coordinator of the old link')
    return { kind: 'resume', shortId }
  }
  return args.has('list') ? { kind: 'list' } : { kind: 'paths', paths: args.operands }
}

function chosenCoordinator(args: Arguments, context: Context): CoordinatorAddress | undefined {
  const text = args.text('coordinator') ?? context.environment['BEELINE_COORDINATOR']
  if (text === undefined || text === '') return undefined
  if (args.text('coordinator') !== undefined && args.text('listen') !== undefined) {
    throw usageError('--listen is for the own coordinator, and --coordinator names another one')
  }
  return args.text('listen') === undefined ? parseCoordinatorUrl(text) : undefined
}

/** By its first letters, four at least. Throws AppError `share.unknown`, also when several begin so. */
function findSaved(engine: Engine, shortId: string): SavedShare {
  const [saved, another] = engine
    .savedShares()
    .filter((share) => share.shortId.startsWith(shortId.toLowerCase()))
  if (saved === undefined || another !== undefined || shortId.length < 4) {
    throw new AppError('share.unknown', { detail: shortId })
  }
  return saved
}

function absolute(wanted: Wanted, context: Context): string[] {
  return wanted.kind === 'paths' ? wanted.paths.map((text) => path.resolve(context.workingDir, text)) : []
}

function hostOf(address: CoordinatorAddress): string {
  return address.host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

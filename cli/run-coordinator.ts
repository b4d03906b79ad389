/** Runs `beeline coordinator`: the server alone, for people who reach each other through a machine of their own. */

import path from 'node:path'
import { reachableHosts } from '#engine/app/addresses.ts'
import { printCoordinatorUrl } from '#engine/app/coordinator-url.ts'
import {
  addressOf,
  bracketed,
  DEFAULT_COORDINATOR_PORT,
  isAnyHost,
  startListening,
} from '#engine/app/embedded-coordinator.ts'
import { parseIceServers } from '#engine/connect/ice-url.ts'
import { usageError, type Arguments } from './arguments.ts'
import type { Context } from './command.ts'
import { parseListen, readDataDir } from './common-options.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { readSharedTurn } from './shared-turn.ts'
import { createOutput } from './output/create-output.ts'
import { logFor } from './session.ts'
import { waitAtMost, whenAborted } from '#engine/app/waiting.ts'

/** Clients reconnect by themselves, so nothing is worth a longer wait. */
const CLOSE_LIMIT_MS = 5000

/** Throws AppError. */
export async function runCoordinator(args: Arguments, context: Context): Promise<number> {
  if (args.operands.length > 0) throw usageError('coordinator takes no operands')
  const output = createOutput(context, args.has('json'))
  const listen = parseListen(args.text('listen') ?? `:${DEFAULT_COORDINATOR_PORT}`)
  const data = args.text('data')
  const log = logFor(args, output)
  const coordinator = await startListening(context.services.startCoordinator, {
    host: listen.host,
    port: listen.port ?? DEFAULT_COORDINATOR_PORT,
    dataDir: data === undefined ? readDataDir(context) : path.resolve(context.workingDir, data),
    iceServers: parseIceServers(args.list('relay'), args.list('stun')),
    turn: await readSharedTurn(args, context),
    isBehindProxy: args.has('behind-proxy'),
    ...(log === undefined ? {} : { log }),
  })
  const hosts = isAnyHost(listen.host) ? reachableHosts() : [bracketed(listen.host)]
  output.listening(hosts.map((host) => printCoordinatorUrl(addressOf(host, coordinator.port))))
  await whenAborted(context.interruption)
  await waitAtMost(CLOSE_LIMIT_MS, coordinator.close())
  return EXIT_CODES.interrupted
}

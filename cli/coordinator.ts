/** `beeline coordinator`: the server alone, for people who reach each other through a machine of their own. */

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
import type { Command, Context } from './command.ts'
import { OUTPUT_OPTIONS, parseListen, readDataDir, SERVER_OPTIONS } from './common-options.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { readSharedTurn } from './shared-turn.ts'
import { createOutput } from './output/create-output.ts'
import { logFor } from './session.ts'
import { waitAtMost, whenAborted } from '#engine/app/waiting.ts'

/** Clients reconnect by themselves, so nothing is worth a longer wait. */
const CLOSE_LIMIT_MS = 5000

export const coordinatorCommand: Command = {
  name: 'coordinator',
  summary: 'run the server that introduces devices to each other',
  operands: '',
  description: [
    'Introduces devices and learns nothing else: no names, no content, no addresses of peers. It speaks plain HTTP; for the internet put a server with a certificate in front of it.',
    'STUN servers and relays given here are handed to every device that joins. With --turn each device gets a login of its own that expires after some hours; a relay given with --relay is handed out with its password.',
  ],
  options: {
    listen: { value: 'HOST:PORT', help: 'where to listen; all addresses and port 8787 if not given' },
    data: { value: 'DIR', help: 'folder of its database; that of BEELINE_HOME if not given' },
    turn: {
      value: 'URL',
      isRepeatable: true,
      help: 'TURN server that shares a secret with this coordinator, turn:host:3478 or turns:…; several: addresses of one server',
    },
    'turn-secret-file': {
      value: 'FILE',
      help: 'file whose first line is that secret (coturn: static-auth-secret); or set BEELINE_TURN_SECRET',
    },
    'behind-proxy': {
      help: 'a web server in front says by X-Forwarded-For whose request it passes on; limits count those addresses',
    },
    ...SERVER_OPTIONS,
    ...OUTPUT_OPTIONS,
  },
  examples: [
    ['beeline coordinator', 'for this network'],
    ['beeline coordinator --listen 127.0.0.1:8787 --behind-proxy', 'behind a web server'],
    ['beeline coordinator --turn turn:turn.example.org --turn-secret-file FILE', 'with a coturn'],
  ],
  run,
}

async function run(args: Arguments, context: Context): Promise<number> {
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

/** `beeline coordinator`: the server alone, for people who reach each other through a machine of their own. */

import type { Command } from './command.ts'
import { OUTPUT_OPTIONS, SERVER_OPTIONS } from './common-options.ts'

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
  run: async (args, context) => (await import('./run-coordinator.ts')).runCoordinator(args, context),
}

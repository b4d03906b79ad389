/** `beeline doctor`: looks at this device's network, and says what it means for sending to friends. */

import type { Command } from './command.ts'
import { OUTPUT_OPTIONS, PORT_MAPPING_OPTION } from './common-options.ts'

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'find out what this network means for sending to friends',
  operands: '',
  description: [
    'Tries coordinator, STUN servers and relays, finds out what the router does, and says what it means for sending to friends. It takes up to fifteen seconds and changes nothing.',
    'What is not given is taken from the settings of this user’s window, where there are any.',
  ],
  options: {
    coordinator: { value: 'URL', help: 'server that introduces the devices; or set BEELINE_COORDINATOR' },
    relay: {
      value: 'URL',
      isRepeatable: true,
      help: 'TURN relay to try, turn:user:password@host:3478 or turns:…; any number',
    },
    stun: { value: 'URL', isRepeatable: true, help: 'STUN server to try, stun:host:3478; any number' },
    ...PORT_MAPPING_OPTION,
    report: {
      help: 'print only a report to pass on when asking for help: no logins, no names of servers, no whole addresses',
    },
    ...OUTPUT_OPTIONS,
  },
  examples: [
    ['beeline doctor', 'with the saved settings'],
    ['beeline doctor --coordinator https://beeline.example.org', 'with the servers that it gives'],
    ['beeline doctor --report > report.txt', 'for whoever helps you'],
  ],
  run: async (args, context) => (await import('./run-doctor.ts')).runDoctorCommand(args, context),
}

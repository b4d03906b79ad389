/** `beeline demo`: a coordinator, a sender and two receivers as real processes on this computer, and a verdict. */

import type { Command } from '#cli/command.ts'
import { OUTPUT_OPTIONS } from '#cli/common-options.ts'

export const demoCommand: Command = {
  name: 'demo',
  summary: 'see it work on this computer: one sender, two receivers',
  operands: '[PATH]',
  description: [
    'Starts a coordinator, a sender and two receivers as processes of their own, moves PATH (Beeline’s own node_modules if not given) and compares the copies byte for byte. Everything stays on this computer, in a temporary folder that is removed.',
  ],
  options: {
    keep: { help: 'leave the copies where they are' },
    verbose: OUTPUT_OPTIONS.verbose,
    help: OUTPUT_OPTIONS.help,
  },
  examples: [
    ['beeline demo', 'some hundred megabytes in thousands of files'],
    ['beeline demo film.mkv', 'one large file'],
  ],
  run: async (args, context) => (await import('./run-demo.ts')).runDemo(args, context),
}

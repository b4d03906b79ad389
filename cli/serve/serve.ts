/** `beeline serve`: the engine without a window, and its page for any browser. */

import type { Command } from '../command.ts'
import { OUTPUT_OPTIONS } from '../common-options.ts'

export const serveCommand: Command = {
  name: 'serve',
  summary: 'show Beeline’s window in a browser, from this computer',
  operands: '',
  description: [
    'Runs until Ctrl-C and prints an address for a browser on this computer. The address lets one browser in, once; Enter prints a new one.',
    'For a computer without a screen: ssh -L 8788:127.0.0.1:8788 HOST, and open the address at home. With --listen others reach the page too, with a password; it is plain HTTP, which whoever is on the way can read, so put a server with a certificate in front of it.',
  ],
  options: {
    port: { value: 'PORT', help: '8788 if not given, or any free one if that is taken' },
    listen: {
      value: 'HOST:PORT',
      help: 'where to listen, if not on this computer only. Needs a password',
    },
    'password-file': {
      value: 'FILE',
      help: 'file whose first line is the password for the page; or set BEELINE_PASSWORD',
    },
    origin: {
      value: 'URL',
      isRepeatable: true,
      help: 'address under which a server in front, or a tunnel, shows the page',
    },
    open: { help: 'open the address in the browser' },
    ...OUTPUT_OPTIONS,
  },
  examples: [
    ['beeline serve', 'for a browser on this computer'],
    ['beeline serve --listen 0.0.0.0:8788 --password-file page.txt', 'for others on this network'],
    [
      'beeline serve --password-file page.txt --origin https://files.example.org',
      'behind a web server on this computer',
    ],
  ],
  run: async (args, context) => (await import('./run-serve.ts')).runServe(args, context),
}

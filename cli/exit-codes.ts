/** Exit codes, after sysexits.h where it has one: one per family of errors, so that a script can branch. Pure. */

import type { ErrorCode } from '#shared/errors.ts'

export const EXIT_CODES = {
  ok: 0,
  internal: 1,
  usage: 64,
  source: 66,
  unavailable: 69,
  disk: 73,
  read: 74,
  protocol: 76,
  declined: 77,
  interrupted: 130,
} as const

export type ExitFamily = keyof typeof EXIT_CODES
export type ExitCode = (typeof EXIT_CODES)[ExitFamily]

/** What each family means, for `--help` and docs/cli.md. */
export const EXIT_MEANINGS: Readonly<Record<ExitFamily, string>> = {
  ok: 'done',
  internal: 'an error of Beeline itself, or a demo whose copies differ',
  usage: 'the command line or the link cannot be read, or nobody can be asked',
  source: 'what should be sent is missing, unreadable, empty or has changed',
  unavailable: 'coordinator, sender or other device cannot be reached or found',
  disk: 'cannot write there: full, no permission, read-only, unsafe',
  read: 'the disk failed or went away, or the library is busy or damaged',
  protocol: 'the other side sent something invalid, forged or incompatible',
  declined: 'you said no',
  interrupted: 'stopped by Ctrl-C or a signal',
}

/** Exhaustive by type: a new error code does not compile until it has a family. */
const FAMILIES: Readonly<Record<ErrorCode, ExitFamily>> = {
  'link.not-a-link': 'usage',
  'link.no-key': 'usage',
  'link.bad-key': 'usage',
  'link.bad-coordinator': 'usage',
  'seal.broken': 'protocol',
  'manifest.invalid': 'protocol',
  'manifest.too-large': 'source',
  'manifest.bad-name': 'source',
  'summary.invalid': 'protocol',
  'share.not-found': 'unavailable',
  'share.changed': 'source',
  'share.unknown': 'usage',
  'share.empty': 'source',
  'source.not-found': 'source',
  'source.unreadable': 'source',
  'source.changed': 'source',
  'disk.full': 'disk',
  'disk.no-space': 'disk',
  'disk.no-permission': 'disk',
  'disk.read-only': 'disk',
  'disk.unsafe-path': 'disk',
  'disk.gone': 'read',
  'disk.failed': 'read',
  'transfer.running': 'unavailable',
  'transfer.no-source': 'unavailable',
  'transfer.stopped': 'interrupted',
  'transfer.declined': 'declined',
  'transfer.no-consent': 'usage',
  'peer.protocol': 'protocol',
  'peer.version': 'protocol',
  'peer.bad-piece': 'protocol',
  'peer.unreachable': 'unavailable',
  'peer.silent': 'unavailable',
  'relay.bad-url': 'usage',
  'relay.unsupported': 'usage',
  'relay.too-many': 'usage',
  'proxy.unreachable': 'unavailable',
  'proxy.refused': 'unavailable',
  'turn.name-unknown': 'unavailable',
  'turn.unreachable': 'unavailable',
  'turn.bad-credentials': 'unavailable',
  'turn.expired': 'unavailable',
  'turn.forbidden': 'unavailable',
  'turn.quota': 'unavailable',
  'turn.certificate': 'unavailable',
  'turn.no-relay': 'unavailable',
  'turn.protocol': 'protocol',
  'coordinator.unreachable': 'unavailable',
  'coordinator.refused': 'unavailable',
  'coordinator.limit': 'unavailable',
  'coordinator.protocol': 'protocol',
  'coordinator.port-taken': 'unavailable',
  'coordinator.cannot-listen': 'unavailable',
  'library.busy': 'read',
  'library.damaged': 'read',
  'app.running': 'unavailable',
  'api.closed': 'unavailable',
  'api.protocol': 'protocol',
  'api.unavailable': 'usage',
  'transfer.unknown': 'usage',
  'settings.bad-value': 'usage',
  'serve.no-password': 'usage',
  'serve.port-taken': 'unavailable',
  'upload.failed': 'disk',
  'ui.not-built': 'unavailable',
  usage: 'usage',
  internal: 'internal',
}

export function exitCodeOf(code: ErrorCode): ExitCode {
  return EXIT_CODES[FAMILIES[code]]
}

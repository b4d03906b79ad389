/** The one error type of the product and the table of its codes. Pure. */

/**
 * Every failure a person or a program may meet: the stable code, and one sentence of advice in English.
 * A UI in another language keeps its own sentences under the same codes.
 */
export const ERRORS = {
  'link.not-a-link': 'This is not a Beeline link. Copy the whole line that the sender gave you.',
  'link.no-key': 'The link lost its part after the “#”. Ask for it again and copy the whole line.',
  'link.bad-key': 'The key in the link is damaged. Copy the whole link again, without spaces or a final dot.',
  'link.bad-coordinator':
    'The coordinator address in the link cannot be read. Ask the sender for the link again.',
  'seal.broken':
    'Something sealed for this share could not be opened: it was made with another key or changed on the way.',
  'manifest.invalid':
    'The list of files that was offered is not valid, so nothing was written. Ask the sender to share again.',
  'manifest.too-large':
    'There are more than 200,000 files. Pack some of them, or send them in several shares.',
  'manifest.bad-name': 'A file name cannot be sent. Rename the file and try again.',
  'summary.invalid': 'The description of this share is damaged or forged. Ask the sender for a new link.',
  'share.not-found':
    'Nobody offers this share at the moment. Ask the sender to keep Beeline running, then try again.',
  'share.changed':
    'The sender stopped, because a file changed on the sender’s disk. Ask for a new link; what has arrived is kept.',
  'share.unknown': 'No share with this name is known here. List them with “beeline send --list”.',
  'share.empty': 'There is nothing to send in there. Choose at least one file or folder.',
  'source.not-found': 'The file or folder does not exist. Check the path.',
  'source.unreadable': 'The file or folder cannot be read. Check its permissions.',
  'source.changed':
    'A file has changed since it was shared, so sharing stopped. Share it again to send the new version.',
  'disk.full': 'The disk is full. Free some space and start again: what has arrived is kept.',
  'disk.no-space': 'There is not enough free space for this share. Free some space or choose another folder.',
  'disk.no-permission': 'Beeline may not write there. Choose another folder or change its permissions.',
  'disk.read-only': 'That disk is read-only. Choose another folder.',
  'disk.unsafe-path':
    'A symbolic link or a file stands where a folder should be, so nothing was written through it. Remove it or choose another folder.',
  'disk.gone': 'The destination has disappeared. Plug the disk in again, or choose another folder.',
  'disk.failed': 'The disk reported an error. Check it, then start again: what has arrived is kept.',
  'transfer.running':
    'Another Beeline is receiving this share into the same folder. Wait for it or choose another folder.',
  'transfer.no-source':
    'Nobody who is online has the missing pieces. Ask the sender to come back, then start again.',
  'transfer.stopped': 'The transfer was stopped. What has arrived is kept.',
  'transfer.declined': 'Nothing was received, because you said no.',
  'transfer.no-consent': 'Nobody can be asked here. Add --yes to receive without being asked.',
  'peer.protocol':
    'The other device spoke in a way this version does not understand. Update Beeline on both sides.',
  'peer.version': 'The other device runs an incompatible version. Update Beeline on both sides.',
  'peer.bad-piece':
    'The other device sent bytes that do not match their signature, so it was shut out of this share.',
  'peer.unreachable': 'The other device could not be reached. A relay (TURN server) may help.',
  'peer.silent': 'The other device stopped answering.',
  'relay.bad-url':
    'The server address cannot be read. Write it like turn:host:3478, turns:host:443 or stun:host:3478.',
  'relay.unsupported': 'This kind of server address is not supported. Use stun:, turn: or turns:.',
  'relay.too-many':
    'There are more than 16 STUN and TURN servers. Remove some: two or three are used at a time.',
  'proxy.unreachable': 'The proxy does not answer. Check its address in the settings or in HTTPS_PROXY.',
  'proxy.refused':
    'The proxy did not let the connection through. 407: it wants a login, which HTTPS_PROXY can hold; 403: its owner forbids it.',
  'turn.name-unknown': 'The server’s name is not known. Check how it is written, and your network.',
  'turn.unreachable':
    'Nothing answers there. Check host, port and transport, and whether a firewall is in between.',
  'turn.bad-credentials': 'The server refused user name or password.',
  'turn.expired': 'The credentials have expired. Ask whoever runs the server for new ones.',
  'turn.forbidden': 'The server accepted the login but forbids relaying to that address.',
  'turn.quota': 'The server has no room for another relay at the moment. Try again later.',
  'turn.certificate': 'The server’s certificate is not valid for its name, so nothing was sent to it.',
  'turn.no-relay': 'The server gave a relay address, but no bytes came through it.',
  'turn.protocol': 'Something answers there, but it is not a STUN or TURN server.',
  'coordinator.unreachable': 'The coordinator cannot be reached. Check the address and your network.',
  'coordinator.refused': 'The coordinator refused the request.',
  'coordinator.limit': 'The coordinator’s limit was reached. Wait a moment and try again.',
  'coordinator.protocol':
    'The coordinator answered in a way this version does not understand. Check the address.',
  'coordinator.cannot-listen':
    'The coordinator cannot listen at that address. Choose another one with --listen.',
  'coordinator.port-taken': 'The port is taken by another program. Choose another one with --listen.',
  'library.busy': 'Another Beeline is using the library at this moment. Try again.',
  'library.damaged':
    'The library file is damaged. Move it away and start again; files already received are safe.',
  'app.running': 'Beeline is open already with this data folder. Use that window, or close it first.',
  'api.closed': 'The connection to Beeline’s engine was lost. It is being opened again.',
  'api.protocol': 'The window and the engine are of different versions. Close Beeline and start it again.',
  'api.unavailable': 'This cannot be done here.',
  'transfer.unknown': 'This transfer is not in the list any more.',
  'settings.bad-value': 'This value cannot be used. Correct it and try again.',
  'serve.no-password': 'Others could open Beeline at that address: give a password with --password-file.',
  'serve.port-taken': 'The port is taken by another program. Choose another one with --port.',
  'upload.failed': 'The files could not be taken over. Check the free space, and try again.',
  'ui.not-built': 'The window’s files are not built yet. Run “npm run build” in Beeline’s folder.',
  usage: 'The command line cannot be read. See “beeline --help”.',
  internal: 'Beeline met an error of its own. Please report it with the details.',
} as const

export type ErrorCode = keyof typeof ERRORS

export interface AppErrorOptions {
  /** Facts for a log or a precise message: a path, a count; never a secret. */
  readonly detail?: string
  readonly cause?: unknown
}

/** A known failure. Thrown with a code of the table; everything else that is thrown is a bug. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(
      options.detail === undefined ? code : `${code}: ${options.detail}`,
      'cause' in options ? { cause: options.cause } : undefined,
    )
    this.name = 'AppError'
    this.code = code
    this.detail = options.detail
  }

  /** One sentence for the person. */
  get advice(): string {
    return ERRORS[this.code]
  }
}

/** Wraps what was thrown, so that a caller always has a code: unknown things become `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('internal', { detail, cause: thrown })
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text)
}

/** For the default branch of an exhaustive switch: a new case does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}

/** A coordinator's address as a person types it and reads it. Pure. */

import { AppError } from '#shared/errors.ts'
import { parseHost, type CoordinatorAddress } from '#shared/share/link.ts'

/**
 * Reads `https://host[:port]`, `http://…` or a bare host, which means https. Throws AppError
 * `link.bad-coordinator` with the reason as detail.
 */
export function parseCoordinatorUrl(text: string): CoordinatorAddress {
  const match = /^(?:(https?|wss?):\/\/)?([^/?#]+)\/?$/i.exec(text.trim())
  if (match === null) {
    throw new AppError('link.bad-coordinator', {
      detail: 'an address looks like https://beeline.example.org',
    })
  }
  const isTls = !/^(http|ws)$/i.test(match[1] ?? 'https')
  return { host: parseHost(match[2] ?? '', isTls), isTls }
}

export function printCoordinatorUrl(address: CoordinatorAddress): string {
  return `${address.isTls ? 'https' : 'http'}://${address.host}`
}

/** Advice for every known error, from the table itself. */

import { ERRORS, type ErrorCode } from '#shared/errors.ts'

export const errors: Readonly<Record<ErrorCode, string>> = {
  ...ERRORS,
  'share.unknown': 'This share is not known here any more.',
  'transfer.no-consent': 'Nobody agreed to receive this.',
  'coordinator.cannot-listen':
    'This computer cannot introduce devices by itself here. Name a coordinator in the settings.',
  'coordinator.port-taken':
    'The port that this computer’s own coordinator needs is taken by another program. Close it, or name a coordinator in the settings.',
  usage: 'Something was asked in a way that cannot be read.',
  internal: 'Beeline met an error of its own. Please report it with what you were doing.',
}

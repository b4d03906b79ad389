import { common } from './ko/common.ts'
import { details } from './ko/details.ts'
import { doctor } from './ko/doctor.ts'
import { errors } from './ko/errors.ts'
import { host } from './ko/host.ts'
import { settings } from './ko/settings.ts'
import { transfers } from './ko/transfers.ts'
import type { Messages } from './messages.ts'

export const korean: Messages = { common, details, doctor, errors, host, settings, transfers }

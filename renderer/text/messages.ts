/** Every text of the window: English is the model, and other languages do not compile until they have all of it. */

import { common } from './en/common.ts'
import { details } from './en/details.ts'
import { doctor } from './en/doctor.ts'
import { errors } from './en/errors.ts'
import { host } from './en/host.ts'
import { settings } from './en/settings.ts'
import { transfers } from './en/transfers.ts'

export const english = { common, details, doctor, errors, host, settings, transfers }
export type Messages = typeof english

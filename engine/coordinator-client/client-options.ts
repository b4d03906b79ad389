/** What a coordinator's client is opened with. */

import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { EarlyDial } from './early-dial.ts'
import type { ClientTiming } from './timing.ts'

export interface CoordinatorClientOptions {
  /** Of one and the same coordinator: they are raced, each with a head start over the next. */
  readonly addresses: readonly [CoordinatorAddress, ...CoordinatorAddress[]]
  /** The person's HTTP proxy; undefined: as the environment says. */
  readonly proxy?: string | undefined
  /** May have begun with the first attempt. */
  readonly earlyDial?: EarlyDial | undefined
  readonly now?: () => number
  readonly random?: () => number
  readonly timing?: Partial<ClientTiming>
  readonly log?: (event: string, fields: Record<string, number | string>) => void
}

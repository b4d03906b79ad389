/** How far a link works, judged by its coordinator. Pure. */

import type { TransferView } from '#shared/api/views.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { isLocalHost } from './app/addresses.ts'

export function linkReachOf([first]: readonly [
  CoordinatorAddress,
  ...CoordinatorAddress[],
]): TransferView['linkReach'] {
  return !first.isTls && isLocalHost(first.host.replace(/:\d+$/, '')) ? 'network' : 'anywhere'
}

/** Whether a router opens ports on request: one is opened and given back. */

import { openPortMapper, type PortMappingState } from '../connect/port-mapping/port-mapper.ts'
import type { Result } from './findings.ts'

const PROTOCOL_NAMES = { pcp: 'PCP', 'nat-pmp': 'NAT-PMP', 'upnp-igd': 'UPnP-IGD' } as const

/** Rejects with the signal's reason only. @param wish `of-no-use`: on in the settings, but others make it pointless */
export async function examinePortMapping(
  wish: 'on' | 'off' | 'of-no-use',
  signal: AbortSignal,
): Promise<Result> {
  if (wish !== 'on') return { outcome: wish === 'off' ? 'off' : 'skipped' }
  await using mapper = openPortMapper({ isEnabled: true })
  return portMappingResult(await mapper.check(signal))
}

function portMappingResult(state: PortMappingState): Result {
  switch (state.kind) {
    case 'works':
      return { outcome: 'works', detail: PROTOCOL_NAMES[state.protocol] }
    case 'off':
      return { outcome: 'off' }
    // It opens ports that lead nowhere: as good as none, and worth a word.
    case 'second-router':
    case 'refused':
      return { outcome: 'absent', detail: state.kind }
    case 'absent':
      return { outcome: 'absent' }
    case 'unknown':
      return { outcome: 'skipped' }
  }
}

/** Of a data channel between two programs on this computer. */

import type { RouteView } from '#shared/api/views.ts'

export const ROUTE: RouteView = {
  kind: 'lan',
  localType: 'host',
  remoteType: 'host',
  localAddress: '127.0.0.1:1111',
  remoteAddress: '127.0.0.1:2222',
  protocol: 'udp',
  reason: 'same-device',
  relayHost: null,
}

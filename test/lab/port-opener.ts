/** A router that opens ports on request: Debian's miniupnpd inside the router's namespace, with tables and files of its own. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { labFolder } from './maker.ts'
import type { Namespace } from './namespace.ts'

/** `pcp`: PCP and NAT-PMP; `upnp-1`, `upnp-2`: an internet gateway device of that version and nothing else. */
export type PortOpening = 'pcp' | 'upnp-1' | 'upnp-2'

/** The Debian package; the one named miniupnpd would start a service of the computer itself. */
export const PORT_OPENER_PACKAGE = 'miniupnpd-nftables'

/** Name of its table, and the identity that it tells. */
const TABLE = 'miniupnpd'
const IDENTITY = '8e2c2f0e-7f0b-4c83-9c30-6a8a3f1f4c51'

/** Runs until the result is disposed of. */
export async function startPortOpener(router: Namespace, opening: PortOpening): Promise<AsyncDisposable> {
  await using owned = new AsyncDisposableStack()
  const folder = mkdtempSync(labFolder('port-opener-'))
  owned.defer(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'miniupnpd.conf')
  writeFileSync(file, configuration(opening))
  await router.filter(RULES)
  const command = `exec miniupnpd -d -f ${file} -P ${path.join(folder, 'pid')} 2>&1`
  const started = owned.use(router.start('sh', ['-c', command]))
  const ready = opening === 'pcp' ? 'Listening for NAT-PMP/PCP' : 'HTTP listening'
  await started.line((line) => (line.includes(ready) ? line : undefined))
  return owned.move()
}

function configuration(opening: PortOpening): string {
  const isPcp = opening === 'pcp'
  return `
ext_ifname=wan
listening_ip=lan
http_port=0
enable_natpmp=${isPcp ? 'yes' : 'no'}
enable_upnp=${isPcp ? 'no' : 'yes'}
force_igd_desc_v1=${opening === 'upnp-1' ? 'yes' : 'no'}
ipv6_disable=yes
secure_mode=yes
min_lifetime=120
max_lifetime=86400
upnp_table_name=${TABLE}
upnp_nat_table_name=${TABLE}
uuid=${IDENTITY}
allow 1024-65535 192.168.1.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
`
}

/** The chains that it fills. What it lets in is let in by the lab's own rules too, because it is translated. */
const RULES = `
table inet ${TABLE} {
  chain ${TABLE} { }
  chain forward { type filter hook forward priority filter; policy accept; jump ${TABLE}; }
  chain prerouting_${TABLE} { }
  chain prerouting { type nat hook prerouting priority dstnat; policy accept; jump prerouting_${TABLE}; }
  chain postrouting_${TABLE} { }
  chain postrouting { type nat hook postrouting priority srcnat; policy accept; jump postrouting_${TABLE}; }
}
`

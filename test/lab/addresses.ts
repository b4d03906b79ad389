/** The lab's address plan, out of the ranges that are kept for documentation and for providers. Pure. */

/** Public servers at the crossing itself. Two of each where the difference of addresses is what is asked about. */
export const SERVERS = {
  turn: { ipv4: '198.51.100.20', ipv6: '2001:db8:ffff::20' },
  turnSecond: { ipv4: '198.51.100.21', ipv6: '2001:db8:ffff::21' },
  reflector: { ipv4: '198.51.100.30', ipv6: '2001:db8:ffff::30' },
  reflectorSecond: { ipv4: '198.51.100.31', ipv6: '2001:db8:ffff::31' },
} as const

/** Next hop of every site, and of the coordinator's computer. */
export const GATEWAY = { ipv4: '198.51.100.1', ipv6: 'fe80::1' } as const

/** A computer of its own: one process listens at all its addresses, which needs the port on all of them. */
export const COORDINATOR = { ipv4: '198.51.100.10', ipv6: '2001:db8:ffff::10' } as const

/** Link-local address of the end of a cable that a site has. */
export const SITE_LINK_LOCAL = 'fe80::2'

export const COORDINATOR_NAME = 'coordinator.example'
export const TURN_NAME = 'turn.example'

/** Ranges that no public router carries: a packet to another home's inside ends in the internet. */
export const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'] as const

/**
 * What one site has; `index` from 1 to 100. All homes have the same inside network, as in life, so that a candidate of another
 * home looks like a neighbour.
 */
export function siteAddresses(
  index: number,
  opensPorts = false,
): {
  readonly public: string
  readonly prefix: string
  readonly inside: { readonly router: string; host(number: number): string }
  readonly inside6: { readonly router: string; host(number: number): string }
  readonly carrier: { readonly router: string; readonly home: string }
} {
  const prefix = `2001:db8:${index.toString(16)}:`
  return {
    // miniupnpd opens no port at an address that is kept for documentation. This one belongs to somebody, and stays in the lab.
    public: `${opensPorts ? '11.0.0' : '203.0.113'}.${index}`,
    prefix: `${prefix}:/48`,
    inside: { router: '192.168.1.1', host: (number) => `192.168.1.${10 + 2 * index + number}` },
    inside6: { router: `${prefix}:1`, host: (number) => `${prefix}:${10 + number}` },
    carrier: { router: `100.64.${index}.1`, home: `100.64.${index}.2` },
  }
}

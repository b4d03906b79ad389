/** The kinds of connection to the internet that the lab can build, and what each must be like. Pure. */

/** What a router does with a new flow's address, in the words of RFC 5780. `none`: it leaves it as it is. */
type Mapping =
  'none' | 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent' | 'blocked'
/** Whose packets it lets in, once somebody inside has sent one. */
type Filtering = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent' | 'blocked'
/** How successive mappings of a symmetric router differ. */
type PortOrder = 'kept' | 'step' | 'random'

/** What one router does. `kind` of the rules in nat-rules.ts. */
export type RouterKind =
  | 'full-cone'
  | 'address-restricted'
  | 'port-restricted'
  | 'symmetric-random'
  | 'symmetric-step'
  | 'udp-blocked'
  | 'firewall'

export interface SiteKind {
  /** From the hosts to the internet; none for a host with a public address. */
  readonly routers: readonly RouterKind[]
  readonly families: readonly ('ipv4' | 'ipv6')[]
  /** Two hosts of one site cannot reach each other inside, as in a guest network. */
  readonly isIsolated?: boolean
  /** The router turns round what its inside sends to its own public address. */
  readonly turnsRound?: boolean
  /** What a probe must find, of IPv4 when there is IPv4. */
  readonly mapping: Mapping
  readonly filtering: Filtering
  readonly portOrder?: PortOrder
  /** In words, for a person. */
  readonly meaning: string
}

const IPV4 = ['ipv4'] as const

const SITE_KINDS = {
  public: {
    routers: [],
    families: IPV4,
    mapping: 'none',
    filtering: 'endpoint-independent',
    meaning: 'a public IPv4 address and no router',
  },
  'full-cone': {
    routers: ['full-cone'],
    families: IPV4,
    mapping: 'endpoint-independent',
    filtering: 'endpoint-independent',
    portOrder: 'kept',
    meaning: 'one outside port per inside port, open to everybody once used',
  },
  'address-restricted': {
    routers: ['address-restricted'],
    families: IPV4,
    mapping: 'endpoint-independent',
    filtering: 'address-dependent',
    portOrder: 'kept',
    meaning: 'the same, open to addresses that were sent to',
  },
  'port-restricted': {
    routers: ['port-restricted'],
    families: IPV4,
    mapping: 'endpoint-independent',
    filtering: 'address-and-port-dependent',
    portOrder: 'kept',
    meaning: 'the same, open to address and port that were sent to: the usual home router',
  },
  'symmetric-random': {
    routers: ['symmetric-random'],
    families: IPV4,
    mapping: 'address-and-port-dependent',
    filtering: 'address-and-port-dependent',
    portOrder: 'random',
    meaning: 'another, random outside port for each destination',
  },
  'symmetric-step': {
    routers: ['symmetric-step'],
    families: IPV4,
    mapping: 'address-and-port-dependent',
    filtering: 'address-and-port-dependent',
    portOrder: 'step',
    meaning: 'another outside port for each destination, a fixed step after the last one',
  },
  'carrier-grade': {
    routers: ['port-restricted', 'full-cone'],
    families: IPV4,
    mapping: 'endpoint-independent',
    filtering: 'address-and-port-dependent',
    portOrder: 'kept',
    meaning: 'a port-restricted home router behind a full cone of the provider (100.64/10)',
  },
  'carrier-grade-symmetric': {
    routers: ['port-restricted', 'symmetric-random'],
    families: IPV4,
    mapping: 'address-and-port-dependent',
    filtering: 'address-and-port-dependent',
    portOrder: 'random',
    meaning: 'the same behind a symmetric router of the provider, as in many mobile networks',
  },
  'udp-blocked': {
    routers: ['udp-blocked'],
    families: IPV4,
    mapping: 'blocked',
    filtering: 'blocked',
    meaning: 'nothing but TCP to port 443 gets out',
  },
  'ipv6-only': {
    routers: ['firewall'],
    families: ['ipv6'],
    mapping: 'none',
    filtering: 'address-and-port-dependent',
    meaning: 'IPv6 alone, behind a firewall that lets answers in',
  },
  'dual-stack': {
    routers: ['port-restricted'],
    families: ['ipv4', 'ipv6'],
    mapping: 'endpoint-independent',
    filtering: 'address-and-port-dependent',
    portOrder: 'kept',
    meaning: 'IPv4 behind a port-restricted router, IPv6 behind the firewall in it',
  },
  hairpin: {
    routers: ['full-cone'],
    families: IPV4,
    isIsolated: true,
    turnsRound: true,
    mapping: 'endpoint-independent',
    filtering: 'endpoint-independent',
    portOrder: 'kept',
    meaning:
      'full cone; hosts inside are kept from each other, but the router turns packets to its own address round',
  },
  isolated: {
    routers: ['full-cone'],
    families: IPV4,
    isIsolated: true,
    mapping: 'endpoint-independent',
    filtering: 'endpoint-independent',
    portOrder: 'kept',
    meaning: 'the same without turning round: two hosts inside have no way to each other',
  },
} as const satisfies Readonly<Record<string, SiteKind>>

export type SiteKindName = keyof typeof SITE_KINDS

export function siteKind(name: SiteKindName): SiteKind {
  return SITE_KINDS[name]
}

export function isSiteKindName(text: string): text is SiteKindName {
  return Object.hasOwn(SITE_KINDS, text)
}

export const SITE_KIND_NAMES: readonly SiteKindName[] = Object.keys(SITE_KINDS).filter(isSiteKindName)

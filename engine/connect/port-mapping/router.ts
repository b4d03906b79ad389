/** What the three protocols that open ports have in common, so that the port mapper need not tell them apart. */

export type MappingProtocol = 'pcp' | 'nat-pmp' | 'upnp-igd'

/** The router that leads out of the own network, by IPv4. */
export interface Gateway {
  readonly address: string
  /** This device's own address on that network. */
  readonly localAddress: string
}

/** Where routers listen; others in tests. */
export interface RouterPorts {
  /** PCP and NAT-PMP (RFC 6887 §19.1). */
  readonly mapping: number
  /** SSDP (UPnP Device Architecture 1.1 §1.3.2). */
  readonly search: number
}

export const ROUTER_PORTS: RouterPorts = { mapping: 5351, search: 1900 }

export interface MapRequest {
  readonly localPort: number
  /** The router may choose another. */
  readonly wantedPort: number
  readonly lifetimeS: number
}

export interface Mapping {
  readonly localPort: number
  readonly externalAddress: string
  readonly externalPort: number
  readonly lifetimeS: number
}

/** `refused`: a router answered and does not do it. `silent`: none answered. */
export type MapOutcome =
  | { readonly kind: 'mapped'; readonly mapping: Mapping }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'silent' }

export interface Router {
  readonly protocol: MappingProtocol
  /** Opens a UDP port, or renews one. Bounded to a few seconds; never rejects. */
  map(request: MapRequest): Promise<MapOutcome>
  /** Gives one back. Bounded to a few seconds; never rejects. */
  unmap(mapping: Mapping): Promise<void>
}

export const SILENT: MapOutcome = { kind: 'silent' }

export function refused(detail: string): MapOutcome {
  return { kind: 'refused', detail }
}

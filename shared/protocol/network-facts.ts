/**
 * What a device knows of its own network, in the words of RFC 4787 and RFC 5780. Two peers tell each other, so that both
 * can say from facts, not from guesses, why their connection runs as it does. Pure.
 */

import * as v from 'valibot'

/**
 * How a router maps an inside socket to the outside.
 * - `unknown`: not measured; `none`: no address of this family
 * - `blocked`: nothing came back over UDP; `public`: the device's own address is what the world sees
 * - `endpoint`: one outside port for every destination (endpoint-independent)
 * - `step`: another port for each destination, a regular distance after the last; `random`: another, not to be foreseen
 */
export const Mapping = v.picklist(['unknown', 'none', 'blocked', 'public', 'endpoint', 'step', 'random'])
export type Mapping = v.InferOutput<typeof Mapping>

/** Whose packets a router lets in: everybody's, or those of addresses, or of addresses and ports, that were sent to. */
export const Filtering = v.picklist(['unknown', 'open', 'address', 'port'])
export type Filtering = v.InferOutput<typeof Filtering>

export const NetworkFacts = v.object({
  /** What the person allows. */
  policy: v.picklist(['automatic', 'direct', 'relay']),
  ipv4: v.object({ mapping: Mapping, filtering: Filtering }),
  ipv6: v.object({ mapping: Mapping, filtering: Filtering }),
  /** A router opens ports on request (UPnP-IGD, NAT-PMP, PCP). */
  isPortMapped: v.boolean(),
})
export type NetworkFacts = v.InferOutput<typeof NetworkFacts>

/** Before anything is measured. */
export const NO_FACTS: NetworkFacts = {
  policy: 'automatic',
  ipv4: { mapping: 'unknown', filtering: 'unknown' },
  ipv6: { mapping: 'unknown', filtering: 'unknown' },
  isPortMapped: false,
}

/**
 * The nftables rules of each kind of router. A router has an interface `wan` outside and a bridge `lan` inside. Pure.
 *
 * Plain `masquerade` keeps the source port, and connection tracking lets in only what answers: that is a port-restricted cone.
 * The more open kinds learn from packets on their way out which inside socket has which outside port.
 */

import type { RouterKind } from './kinds.ts'

/** A regular router's ports: where they begin, how far apart they are, how many before it begins again. */
export const FIRST_STEP_PORT = 20_000
export const PORT_STEP = 3
const STEP_COUNT = 4000

/** Learned mappings live longer than any run of the lab. */
const MAPPING_LIFE = '10m'

export interface RouterPlan {
  readonly kind: RouterKind
  readonly wanAddress: string
  /** What inside sends to `wanAddress` comes in again. */
  readonly turnsRound: boolean
  /** Outside ports are taken from this one on instead of being kept, the same for all destinations of an inside port. */
  readonly portsFrom?: number | undefined
}

/** How many ports such a router has. */
const OWN_PORTS = 5000

export function natRules(plan: RouterPlan): string {
  const isOpenCone = plan.kind === 'full-cone' || plan.kind === 'address-restricted'
  return `
table inet lab {
  chain input {
    type filter hook input priority filter; policy drop
    # An unsolicited packet must not leave an entry of its own in connection tracking: it would take the very port under which
    # the inside host is about to send, and a cone would turn symmetric exactly when both sides punch.
    ct state established,related accept
    iifname { "lan", "lo" } accept
    meta l4proto { icmp, ipv6-icmp } accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop
    ct state established,related accept
    ct status dnat accept
    ${outbound(plan.kind)}
  }
}
${plan.kind === 'firewall' ? '' : translation(plan, isOpenCone)}`
}

function outbound(kind: RouterKind): string {
  const way = 'iifname "lan" oifname "wan"'
  return kind === 'udp-blocked' ? `${way} tcp dport 443 accept` : `${way} accept`
}

function translation(plan: RouterPlan, isOpenCone: boolean): string {
  return `
table ip lab-nat {
  ${isOpenCone ? learning(plan) : ''}
  chain after {
    type nat hook postrouting priority srcnat; policy accept
    ${plan.turnsRound ? `oifname "lan" iifname "lan" ct status dnat snat to ${plan.wanAddress}` : ''}
    ${masquerade(plan)}
  }
}`
}

function learning(plan: RouterPlan): string {
  const known = plan.kind === 'address-restricted' ? 'udp dport . ip saddr @asked' : 'meta l4proto udp'
  return `
  map inside {
    type inet_service : ipv4_addr . inet_service
    size 65535; flags dynamic,timeout; timeout ${MAPPING_LIFE}
  }
  set asked {
    type inet_service . ipv4_addr
    size 65535; flags dynamic,timeout; timeout ${MAPPING_LIFE}
  }
  chain learn {
    type filter hook forward priority filter - 1; policy accept
    iifname "lan" meta l4proto udp update @inside { udp sport : ip saddr . udp sport } update @asked { udp sport . ip daddr }
  }
  chain before {
    type nat hook prerouting priority dstnat; policy accept
    iifname "wan" ${known} dnat ip to udp dport map @inside
    ${plan.turnsRound ? `iifname "lan" ip daddr ${plan.wanAddress} meta l4proto udp dnat ip to udp dport map @inside` : ''}
  }`
}

function masquerade({ kind, wanAddress, portsFrom }: RouterPlan): string {
  switch (kind) {
    case 'symmetric-random':
      return 'oifname "wan" masquerade fully-random'
    case 'symmetric-step':
      return `oifname "wan" meta l4proto udp snat ip to ${wanAddress} : numgen inc mod ${STEP_COUNT} map { ${stepPorts()} }
    oifname "wan" masquerade`
    case 'port-restricted':
    case 'full-cone':
    case 'address-restricted':
    case 'udp-blocked':
    case 'firewall':
      // For a socket that it knows, the kernel takes the mapping that it has.
      return portsFrom === undefined
        ? 'oifname "wan" masquerade'
        : `oifname "wan" meta l4proto udp masquerade to :${portsFrom}-${portsFrom + OWN_PORTS}
    oifname "wan" masquerade`
  }
}

/** Spelled out: `numgen` straight into a port number would count in the other byte order, by 256. */
function stepPorts(): string {
  const ports = Array.from({ length: STEP_COUNT }, (_, index) => FIRST_STEP_PORT + index * PORT_STEP)
  return ports.map((port, index) => `${index} : ${port}`).join(', ')
}

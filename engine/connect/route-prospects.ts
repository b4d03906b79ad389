/**
 * What the facts of both networks say of a direct way between them: whether it pays to look for one, and why there is
 * none if there is none. Pure.
 */

import type { RouteReason } from '#shared/api/views.ts'
import type { NetworkFacts } from '#shared/protocol/network-facts.ts'

export interface Prospect {
  /** `slim`: against what the facts say; they may be wrong, as within one local network. `none`: it must not or cannot be. */
  readonly chance: 'likely' | 'slim' | 'none'
  /** A router's next ports have to be foreseen for it. */
  readonly needsPrediction: boolean
  /** Of a relayed connection for which no direct way was found. */
  readonly reason: RouteReason
}

type FamilyFacts = NetworkFacts['ipv4']

const LIKELY: Prospect = { chance: 'likely', needsPrediction: false, reason: 'no-direct-path' }

export function prospectOf(own: NetworkFacts, remote: NetworkFacts): Prospect {
  if (own.policy === 'relay') return never('relay-only')
  if (remote.policy === 'relay') return never('relay-only-there')
  const families = (['ipv4', 'ipv6'] as const).map((family) => ({
    here: factsOf(own, family),
    there: factsOf(remote, family),
  }))
  const common = families.filter(({ here, there }) => isUsable(here) && isUsable(there))
  if (common.length === 0) {
    if (!families.some(({ here }) => isUsable(here))) return slim('udp-blocked')
    if (!families.some(({ there }) => isUsable(there))) return slim('udp-blocked-there')
    // One has a family that the other's network drops: with that, they would meet.
    if (families.some(({ here, there }) => here.mapping === 'blocked' && isUsable(there)))
      return slim('udp-blocked')
    if (families.some(({ here, there }) => there.mapping === 'blocked' && isUsable(here)))
      return slim('udp-blocked-there')
    return never('no-common-family')
  }
  const prospects = common.map(({ here, there }) => betweenRouters(here, there))
  return (
    prospects.find(({ chance, needsPrediction }) => chance === 'likely' && !needsPrediction) ??
    prospects.find(({ chance }) => chance === 'likely') ??
    prospects[0] ??
    LIKELY
  )
}

/** Whether only a port that a router has opened explains a direct way: by themselves, the routers would keep it shut. */
export function isOwedToOpenPort(own: NetworkFacts, remote: NetworkFacts): boolean {
  if (!own.isPortMapped && !remote.isPortMapped) return false
  return prospectOf({ ...own, isPortMapped: false }, { ...remote, isPortMapped: false }).chance === 'slim'
}

function betweenRouters(here: FamilyFacts, there: FamilyFacts): Prospect {
  const [isChangingHere, isChangingThere] = [isChanging(here), isChanging(there)]
  if (!isChangingHere && !isChangingThere) return LIKELY
  const isForeseeable = [here, there].every(({ mapping }) => mapping !== 'random')
  if (isChangingHere && isChangingThere) {
    return {
      chance: isForeseeable ? 'likely' : 'slim',
      needsPrediction: isForeseeable,
      reason: 'changing-ports-both',
    }
  }
  const reason = isChangingHere ? 'changing-ports' : 'changing-ports-there'
  const { filtering } = isChangingHere ? there : here
  // The steady side lets in what comes from another port than it sent to.
  if (filtering === 'open' || filtering === 'address') return LIKELY
  if (isForeseeable) return { chance: 'likely', needsPrediction: true, reason }
  return { chance: filtering === 'unknown' ? 'likely' : 'slim', needsPrediction: false, reason }
}

/** A port that a router has opened is as good as a router that lets everybody in. */
function factsOf(facts: NetworkFacts, family: 'ipv4' | 'ipv6'): FamilyFacts {
  const own = facts[family]
  const isOpened = family === 'ipv4' && facts.isPortMapped && isUsable(own)
  return isOpened ? { mapping: 'endpoint', filtering: 'open' } : own
}

function isUsable({ mapping }: FamilyFacts): boolean {
  return mapping !== 'none' && mapping !== 'blocked'
}

function isChanging({ mapping }: FamilyFacts): boolean {
  return mapping === 'step' || mapping === 'random'
}

function never(reason: RouteReason): Prospect {
  return { chance: 'none', needsPrediction: false, reason }
}

function slim(reason: RouteReason): Prospect {
  return { chance: 'slim', needsPrediction: false, reason }
}

/** From the facts of two networks: whether to look for a direct way, how, and the words when there is none. */

import { describe, expect, test } from 'vitest'
import { isOwedToOpenPort, prospectOf } from '#engine/connect/route-prospects.ts'
import { NO_FACTS, type Filtering, type Mapping, type NetworkFacts } from '#shared/protocol/network-facts.ts'

type Network = `${Mapping}/${Filtering}` | Mapping

const NONE = { mapping: 'none', filtering: 'unknown' } as const

function family(network: Network): NetworkFacts['ipv4'] {
  const [mapping, filtering = 'port'] = network.split('/')
  return { mapping: mapping as Mapping, filtering: filtering as Filtering }
}

/** A device with IPv4 alone. */
function v4(network: Network, more: Partial<NetworkFacts> = {}): NetworkFacts {
  return { ...NO_FACTS, ipv4: family(network), ipv6: NONE, ...more }
}

function v6(network: Network): NetworkFacts {
  return { ...NO_FACTS, ipv4: NONE, ipv6: family(network) }
}

describe('here and there', () => {
  test.each<[Network, Network, string]>([
    ['public', 'public', 'likely no-direct-path'],
    ['public/open', 'random', 'likely no-direct-path'],
    ['endpoint', 'endpoint', 'likely no-direct-path'],
    ['endpoint/open', 'random', 'likely no-direct-path'],
    ['endpoint/address', 'random', 'likely no-direct-path'],
    ['endpoint/address', 'step', 'likely no-direct-path'],
    ['endpoint', 'random', 'slim changing-ports-there'],
    ['random', 'endpoint', 'slim changing-ports'],
    ['endpoint', 'step', 'likely changing-ports-there predict'],
    ['step', 'endpoint', 'likely changing-ports predict'],
    ['endpoint/unknown', 'step', 'likely changing-ports-there predict'],
    ['endpoint/unknown', 'random', 'likely changing-ports-there'],
    ['public', 'step', 'likely changing-ports-there predict'],
    ['step', 'step', 'likely changing-ports-both predict'],
    ['step', 'random', 'slim changing-ports-both'],
    ['random', 'random', 'slim changing-ports-both'],
    ['blocked', 'endpoint', 'slim udp-blocked'],
    ['endpoint', 'blocked', 'slim udp-blocked-there'],
    ['blocked', 'blocked', 'slim udp-blocked'],
    ['unknown', 'endpoint', 'likely no-direct-path'],
    ['unknown', 'random', 'slim changing-ports-there'],
  ])('%s and %s: %s', (here, there, expected) => {
    const { chance, reason, needsPrediction } = prospectOf(v4(here), v4(there))
    expect(`${chance} ${reason}${needsPrediction ? ' predict' : ''}`).toBe(expected)
  })
})

test('what a person wants goes before everything', () => {
  const relay = v4('public', { policy: 'relay' })
  expect(prospectOf(relay, v4('public'))).toMatchObject({ chance: 'none', reason: 'relay-only' })
  expect(prospectOf(v4('public'), relay)).toMatchObject({ chance: 'none', reason: 'relay-only-there' })
  expect(prospectOf(relay, relay)).toMatchObject({ chance: 'none', reason: 'relay-only' })
})

test('one family in common is enough, the better one counts', () => {
  const both = (four: Network, six: Network): NetworkFacts => ({
    ...NO_FACTS,
    ipv4: family(four),
    ipv6: family(six),
  })
  expect(prospectOf(v4('public'), v6('public'))).toMatchObject({ chance: 'none', reason: 'no-common-family' })
  expect(prospectOf(both('random', 'public'), both('random', 'public'))).toMatchObject({ chance: 'likely' })
  expect(prospectOf(both('step', 'public'), both('step', 'endpoint')).needsPrediction).toBe(false)
  expect(prospectOf(both('random', 'none'), both('endpoint', 'public'))).toMatchObject({
    reason: 'changing-ports',
  })
  // IPv4 is blocked here and IPv6 is missing there.
  expect(prospectOf(both('blocked', 'public'), v4('endpoint'))).toMatchObject({
    chance: 'slim',
    reason: 'udp-blocked',
  })
})

test('a port that the router has opened is as good as an open router', () => {
  const opened = v4('random', { isPortMapped: true })
  expect(prospectOf(opened, v4('random'))).toMatchObject({ chance: 'likely', needsPrediction: false })
  expect(prospectOf(v4('random'), opened)).toMatchObject({ chance: 'likely' })
  expect(prospectOf(v4('blocked', { isPortMapped: true }), v4('public'))).toMatchObject({
    reason: 'udp-blocked',
  })
})

test('a direct way is owed to an open port only where the routers alone would not let it be', () => {
  const opened = v4('random', { isPortMapped: true })
  expect(isOwedToOpenPort(opened, v4('random'))).toBe(true)
  expect(isOwedToOpenPort(v4('endpoint/port'), opened)).toBe(true)
  expect(isOwedToOpenPort(opened, v4('endpoint/open'))).toBe(false)
  expect(isOwedToOpenPort(v4('endpoint/port', { isPortMapped: true }), v4('endpoint/port'))).toBe(false)
  expect(isOwedToOpenPort(v4('random'), v4('random'))).toBe(false)
})

test('nothing known is reason for hope', () => {
  expect(prospectOf(NO_FACTS, NO_FACTS)).toEqual({
    chance: 'likely',
    needsPrediction: false,
    reason: 'no-direct-path',
  })
})

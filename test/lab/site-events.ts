/** What happens to a network while somebody uses it: routers that forget, addresses that change, cables that are pulled. */

import { setTimeout as delay } from 'node:timers/promises'
import { GATEWAY, siteAddresses } from './addresses.ts'
import { runCommand } from './command.ts'
import type { Namespace } from './namespace.ts'
import { natRules } from './nat-rules.ts'
import { hostOf, portOf, type Site } from './site.ts'

/** Where a router that has forgotten begins: ports that no inside socket of the lab has by itself. */
const PORTS_AFTER_RESET = 10_000
/** Of a public address that takes the place of a site's first one; sites have up to 100. */
const SECOND_ADDRESSES = 100
/** Last number of a host's address after its move, before its own number. */
const MOVED_HOSTS = 230

/** The router to the internet restarts: it knows no flow any more, and takes other outside ports than before. */
export async function resetNat(site: Site): Promise<void> {
  await reloadOuterRouter(site, { portsFrom: PORTS_AFTER_RESET })
}

/** The provider gives the site another public IPv4 address, and the router forgets what ran over the old one. */
export async function changePublicAddress(site: Site): Promise<void> {
  const { plan, internet } = site
  const before = site.publicAddress
  const after = siteAddresses(plan.index + SECOND_ADDRESSES).public
  if (before === '' || before === after) throw new Error('this site has no other public address')
  const edge = site.routers.at(-1) ?? site.host
  await internet.namespace.ip([`route add ${after}/32 dev ${portOf(plan)}`])
  // The last address of an interface takes its routes with it.
  await edge.ip([`addr add ${after}/32 dev wan`, `addr del ${before}/32 dev wan`])
  await edge.ip([`route replace default via ${GATEWAY.ipv4} dev wan onlink`])
  await internet.namespace.ip([`route del ${before}/32 dev ${portOf(plan)}`])
  site.publicAddress = after
  if (site.routers.length > 0) await reloadOuterRouter(site, {})
}

/** A host gets another inside IPv4 address, as from a new lease or another access point; the old one is gone at once. */
export async function moveHost(site: Site, number = 0): Promise<void> {
  if (site.routers.length === 0 || site.publicAddress === '') {
    throw new Error('only a host behind a router for IPv4 can move')
  }
  const { inside } = siteAddresses(site.plan.index)
  const host = hostOf(site, number)
  const after = inside.router.replace(/\d+$/, String(MOVED_HOSTS + number))
  await host.ip([
    `addr del ${inside.host(number)}/24 dev eth`,
    `addr add ${after}/24 dev eth`,
    `route replace default via ${inside.router}`,
  ])
}

/** Nothing goes through the site's cable for so long; no interface goes down, as when a line behind the modem is out. */
export async function cutCable(site: Site, durationMs: number): Promise<void> {
  const { line } = site
  if (line === undefined) throw new Error('only an emulated cable can be cut')
  await line.change({ isUp: false })
  await delay(durationMs)
  await line.change({ isUp: true })
}

async function reloadOuterRouter(site: Site, { portsFrom }: { readonly portsFrom?: number }): Promise<void> {
  const router = site.routers.at(-1)
  const kind = site.kind.routers.at(-1)
  if (router === undefined || kind === undefined) throw new Error('this site has no router')
  const turnsRound = site.kind.turnsRound === true
  // Named before it is deleted, for it may not be there: a firewall translates nothing.
  const rules = natRules({ kind, wanAddress: site.publicAddress, turnsRound, portsFrom })
  await router.filter(`
    table inet lab
    delete table inet lab
    table ip lab-nat
    delete table ip lab-nat
    ${rules}`)
  await forgetFlows(router)
}

async function forgetFlows(router: Namespace): Promise<void> {
  await runCommand('ip', ['netns', 'exec', router.name, 'conntrack', '-F'])
}

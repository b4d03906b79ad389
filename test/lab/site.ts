/** One or two hosts and the routers between them and the internet. */

import { GATEWAY, siteAddresses, SITE_LINK_LOCAL } from './addresses.ts'
import { Emulator } from './emulator/emulator.ts'
import type { LineSettings } from './emulator/line-settings.ts'
import { siteKind, type RouterKind, type SiteKind, type SiteKindName } from './kinds.ts'
import { natRules } from './nat-rules.ts'
import { Namespace } from './namespace.ts'
import { startPortOpener, type PortOpening } from './port-opener.ts'

/** What a site must know of the internet: where its cable goes, and how to be reached there. */
export interface Internet {
  readonly namespace: Namespace
  /** Lines for /etc/hosts. */
  readonly names: readonly string[]
}

export interface SitePlan {
  readonly kind: SiteKindName
  /** Different for each site of a lab at one time. */
  readonly index: number
  readonly hostCount: 1 | 2
  /** The router of the home opens ports on request, by these protocols. */
  readonly portOpening?: PortOpening | undefined
  /** What the cable to the internet is like, both ways; without it nothing takes time or gets lost. */
  readonly line?: LineSettings | undefined
}

/** Of emulated cables: the same packets get lost in every run. */
const LINE_SEED = 20_261_121

export class Site implements AsyncDisposable {
  readonly kind: SiteKind
  readonly plan: SitePlan
  readonly internet: Internet
  /** What the world sees of it; empty where there is no IPv4. Changed by changePublicAddress() alone. */
  publicAddress: string
  readonly hosts: readonly Namespace[]
  /** In the order of the kind's routers: from the hosts to the internet. */
  readonly routers: readonly Namespace[]
  /** The emulated cable to the internet: the internet is its left end. */
  readonly line: Emulator | undefined
  readonly #owned: AsyncDisposableStack

  private constructor(plan: SitePlan, internet: Internet, built: Built, owned: AsyncDisposableStack) {
    this.kind = siteKind(plan.kind)
    this.plan = plan
    this.internet = internet
    this.publicAddress = this.kind.families.includes('ipv4')
      ? siteAddresses(plan.index, plan.portOpening !== undefined).public
      : ''
    this.hosts = built.hosts
    this.routers = built.routers
    this.line = built.line
    this.#owned = owned
  }

  /** @param onClosed is told when its index is free again */
  static async open(plan: SitePlan, internet: Internet, onClosed: () => void): Promise<Site> {
    await using owned = new AsyncDisposableStack()
    owned.defer(onClosed)
    const builder = new SiteBuilder(plan, internet, owned)
    const built = await builder.build()
    for (const host of built.hosts) host.setHosts(internet.names)
    return new Site(plan, internet, built, owned.move())
  }

  get host(): Namespace {
    return hostOf(this, 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }
}

export function hostOf(site: Site, number: number): Namespace {
  const host = site.hosts[number]
  if (host === undefined) throw new Error(`the site has no host ${number}`)
  return host
}

/** The internet's end of a site's cable. */
export function portOf({ index }: SitePlan): string {
  return `site${index}`
}

interface Built {
  readonly hosts: readonly Namespace[]
  readonly routers: readonly Namespace[]
  readonly line: Emulator | undefined
}

class SiteBuilder {
  readonly #plan: SitePlan
  readonly #kind: SiteKind
  readonly #internet: Internet
  readonly #owned: AsyncDisposableStack
  readonly #addresses: ReturnType<typeof siteAddresses>
  #line: Emulator | undefined

  constructor(plan: SitePlan, internet: Internet, owned: AsyncDisposableStack) {
    this.#plan = plan
    this.#kind = siteKind(plan.kind)
    this.#internet = internet
    this.#owned = owned
    this.#addresses = siteAddresses(plan.index, plan.portOpening !== undefined)
  }

  async build(): Promise<Built> {
    const { index, hostCount } = this.#plan
    if (this.#kind.routers.length === 0) {
      if (hostCount > 1) throw new Error('a public host has a site of its own')
      const host = await this.#make(`s${index}-host0`, false)
      await this.#joinInternet(host)
      return { hosts: [host], routers: [], line: this.#line }
    }
    const [first, second] = this.#kind.routers
    const { carrier } = this.#addresses
    const home = await this.#make(`s${index}-router`, true)
    const routers = [home]
    if (second === undefined) {
      await this.#joinInternet(home)
      await this.#addRules(home, first, this.#addresses.public)
    } else {
      const provider = await this.#make(`s${index}-carrier`, true)
      routers.push(provider)
      await this.#joinInternet(provider)
      await this.#addLan(provider, [`addr add ${carrier.router}/24 dev lan`])
      await home.plugInto(provider, 'wan', 'lan0')
      await provider.ip(['link set lan0 master lan'])
      await home.ip([`addr add ${carrier.home}/24 dev wan`, `route add default via ${carrier.router}`])
      await this.#addRules(home, first, carrier.home)
      await this.#addRules(provider, second, this.#addresses.public)
    }
    const hosts = await this.#addHosts(home)
    const { portOpening } = this.#plan
    if (portOpening !== undefined) this.#owned.use(await startPortOpener(home, portOpening))
    return { hosts, routers, line: this.#line }
  }

  async #make(part: string, isRouter: boolean): Promise<Namespace> {
    return this.#owned.use(await Namespace.create(part, { isRouter }))
  }

  async #joinInternet(namespace: Namespace): Promise<void> {
    const { namespace: internet } = this.#internet
    const port = portOf(this.#plan)
    const { line } = this.#plan
    if (line === undefined) {
      await namespace.plugInto(internet, 'wan', port)
      // The kernel takes its time with a namespace that goes, and the next site may have the same number.
      this.#owned.defer(() => internet.ip([`link delete ${port}`]))
    } else await this.#layLine(namespace, line)
    if (this.#has('ipv4')) {
      const address = this.#addresses.public
      await namespace.ip([
        `addr add ${address}/32 dev wan`,
        `route add default via ${GATEWAY.ipv4} dev wan onlink`,
      ])
      await internet.ip([`route add ${address}/32 dev ${port}`])
    }
    if (this.#has('ipv6')) {
      await internet.ip([
        `addr add ${GATEWAY.ipv6}/64 dev ${port} nodad`,
        `route add ${this.#addresses.prefix} via ${SITE_LINK_LOCAL} dev ${port}`,
      ])
      await namespace.ip([
        `addr add ${SITE_LINK_LOCAL}/64 dev wan nodad`,
        `route add default via ${GATEWAY.ipv6} dev wan`,
      ])
    }
  }

  async #layLine(namespace: Namespace, line: LineSettings): Promise<void> {
    const { namespace: internet } = this.#internet
    const device = portOf(this.#plan)
    // It wants an address at each end; every site has these, the others are added where all cables get theirs.
    const left = { namespacePath: internet.path, address: `${GATEWAY.ipv6}/64` }
    const right = { namespacePath: namespace.path, address: `${SITE_LINK_LOCAL}/64` }
    const ends = { left, right, device }
    this.#line = this.#owned.use(await Emulator.open({ ...line, seed: LINE_SEED, ends }))
    await internet.ip([`addr flush dev ${device}`])
    await namespace.ip([`link set ${device} down`, `link set ${device} name wan`, 'link set wan up'])
  }

  async #addLan(router: Namespace, addresses: readonly string[]): Promise<void> {
    await router.ip(['link add name lan type bridge', 'link set lan up', ...addresses])
  }

  async #addHosts(router: Namespace): Promise<Namespace[]> {
    const { inside, inside6 } = this.#addresses
    await this.#addLan(router, [
      ...(this.#has('ipv4') ? [`addr add ${inside.router}/24 dev lan`] : []),
      ...(this.#has('ipv6') ? [`addr add ${inside6.router}/64 dev lan nodad`] : []),
    ])
    const hosts: Namespace[] = []
    for (let number = 0; number < this.#plan.hostCount; number++) {
      const host = await this.#make(`s${this.#plan.index}-host${number}`, false)
      const port = `lan${number}`
      await host.plugInto(router, 'eth', port)
      const isolation =
        this.#kind.isIsolated === true ? [`link set ${port} type bridge_slave isolated on`] : []
      await router.ip([`link set ${port} master lan`, ...isolation])
      if (this.#has('ipv4')) {
        await host.ip([
          `addr add ${inside.host(number)}/24 dev eth`,
          `route add default via ${inside.router}`,
        ])
      }
      if (this.#has('ipv6')) {
        await host.ip([
          `addr add ${inside6.host(number)}/64 dev eth nodad`,
          `route add default via ${inside6.router} dev eth`,
        ])
      }
      hosts.push(host)
    }
    return hosts
  }

  async #addRules(router: Namespace, kind: RouterKind | undefined, wanAddress: string): Promise<void> {
    if (kind === undefined) throw new Error('a router without rules')
    await router.filter(natRules({ kind, wanAddress, turnsRound: this.#kind.turnsRound === true }))
  }

  #has(family: 'ipv4' | 'ipv6'): boolean {
    return this.#kind.families.includes(family)
  }
}

/** One or two hosts and the routers between them and the internet. */

import { GATEWAY, siteAddresses, SITE_LINK_LOCAL } from './addresses.ts'
import { siteKind, type RouterKind, type SiteKind, type SiteKindName } from './kinds.ts'
import { natRules } from './nat-rules.ts'
import { Namespace } from './namespace.ts'

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
}

export class Site implements AsyncDisposable {
  readonly kind: SiteKind
  /** What the world sees of it; empty where there is no IPv4. */
  readonly publicAddress: string
  readonly hosts: readonly Namespace[]
  readonly #owned: AsyncDisposableStack

  private constructor(plan: SitePlan, hosts: readonly Namespace[], owned: AsyncDisposableStack) {
    this.kind = siteKind(plan.kind)
    this.publicAddress = this.kind.families.includes('ipv4') ? siteAddresses(plan.index).public : ''
    this.hosts = hosts
    this.#owned = owned
  }

  /** @param onClosed is told when its index is free again */
  static async open(plan: SitePlan, internet: Internet, onClosed: () => void): Promise<Site> {
    await using owned = new AsyncDisposableStack()
    owned.defer(onClosed)
    const builder = new SiteBuilder(plan, internet, owned)
    const hosts = await builder.build()
    for (const host of hosts) host.setHosts(internet.names)
    return new Site(plan, hosts, owned.move())
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

class SiteBuilder {
  readonly #plan: SitePlan
  readonly #kind: SiteKind
  readonly #internet: Internet
  readonly #owned: AsyncDisposableStack
  readonly #addresses: ReturnType<typeof siteAddresses>

  constructor(plan: SitePlan, internet: Internet, owned: AsyncDisposableStack) {
    this.#plan = plan
    this.#kind = siteKind(plan.kind)
    this.#internet = internet
    this.#owned = owned
    this.#addresses = siteAddresses(plan.index)
  }

  async build(): Promise<Namespace[]> {
    const { index, hostCount } = this.#plan
    if (this.#kind.routers.length === 0) {
      if (hostCount > 1) throw new Error('a public host has a site of its own')
      const host = await this.#make(`s${index}-host0`, false)
      await this.#joinInternet(host)
      return [host]
    }
    const [first, second] = this.#kind.routers
    const { carrier } = this.#addresses
    const home = await this.#make(`s${index}-router`, true)
    if (second === undefined) {
      await this.#joinInternet(home)
      await this.#addRules(home, first, this.#addresses.public)
    } else {
      const provider = await this.#make(`s${index}-carrier`, true)
      await this.#joinInternet(provider)
      await this.#addLan(provider, [`addr add ${carrier.router}/24 dev lan`])
      await home.plugInto(provider, 'wan', 'lan0')
      await provider.ip(['link set lan0 master lan'])
      await home.ip([`addr add ${carrier.home}/24 dev wan`, `route add default via ${carrier.router}`])
      await this.#addRules(home, first, carrier.home)
      await this.#addRules(provider, second, this.#addresses.public)
    }
    return this.#addHosts(home)
  }

  async #make(part: string, isRouter: boolean): Promise<Namespace> {
    return this.#owned.use(await Namespace.create(part, { isRouter }))
  }

  async #joinInternet(namespace: Namespace): Promise<void> {
    const { namespace: internet } = this.#internet
    const { index } = this.#plan
    const port = `site${index}`
    await namespace.plugInto(internet, 'wan', port)
    // The kernel takes its time with a namespace that goes, and the next site may have the same number.
    this.#owned.defer(() => internet.ip([`link delete ${port}`]))
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

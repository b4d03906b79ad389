/**
 * An internet of network namespaces on one computer: public servers in the middle, and sites around it that are connected to it
 * in every way the world knows. Needs root; touches no interface of the computer itself.
 */

import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { ensurePackages } from '#test/setup/debian-packages.ts'
import { COORDINATOR, COORDINATOR_NAME, GATEWAY, PRIVATE_RANGES, SERVERS, TURN_NAME } from './addresses.ts'
import { runCommand } from './command.ts'
import { labFolder, nameOf, removeNamespace, sweepLeftovers } from './maker.ts'
import { Namespace } from './namespace.ts'
import type { SiteKindName } from './kinds.ts'
import { Site, type Internet, type SitePlan } from './site.ts'

/** Sites that may be open at one time: one address each. */
const MAX_SITES = 100

/** @returns why there can be no lab here; undefined when there can */
export async function labIsMissing(): Promise<string | undefined> {
  try {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      throw new Error('network namespaces need Linux and root')
    }
    await ensurePackages(['iproute2', 'nftables', 'coturn', 'openssl', 'util-linux', 'conntrack'])
    const name = nameOf('try')
    await runCommand('ip', ['netns', 'add', name])
    try {
      await runCommand('ip', ['netns', 'exec', name, 'nft', 'list', 'ruleset'])
    } finally {
      await removeNamespace(name)
    }
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export class Lab implements AsyncDisposable {
  /** Where the public servers run. */
  readonly internet: Namespace
  /** For whatever the lab's processes write; gone at the end. */
  readonly folder: string
  readonly #owned: AsyncDisposableStack
  readonly #indexes = new Set<number>()

  private constructor(internet: Namespace, folder: string, owned: AsyncDisposableStack) {
    this.internet = internet
    this.folder = folder
    this.#owned = owned
  }

  static async open(): Promise<Lab> {
    await sweepLeftovers()
    await using owned = new AsyncDisposableStack()
    const folder = labFolder('files')
    // One name per process: a second lab of one process would get in the way of the first.
    if (existsSync(folder)) throw new Error('this process has a lab already')
    owned.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
    mkdirSync(folder)
    const internet = owned.use(await Namespace.create('internet', { isRouter: true }))
    const servers = Object.values(SERVERS)
    await internet.ip([
      `addr add ${GATEWAY.ipv4}/32 dev lo`,
      ...servers.map(({ ipv4 }) => `addr add ${ipv4}/32 dev lo`),
      ...servers.map(({ ipv6 }) => `addr add ${ipv6}/128 dev lo nodad`),
      ...PRIVATE_RANGES.map((range) => `route add blackhole ${range}`),
    ])
    internet.setHosts(NAMES)
    return new Lab(internet, folder, owned.move())
  }

  /** Connects a new site. Whoever asks for it disposes of it, or the lab does at its end. */
  async connect(
    kind: SiteKindName,
    hostCount: 1 | 2 = 1,
    options: Pick<SitePlan, 'portOpening' | 'line'> = {},
  ): Promise<Site> {
    const index = this.#freeIndex()
    this.#indexes.add(index)
    const internet: Internet = { namespace: this.internet, names: NAMES }
    const site = await Site.open({ kind, index, hostCount, ...options }, internet, () =>
      this.#indexes.delete(index),
    )
    this.#owned.use(site)
    return site
  }

  /** A computer with public addresses of its own beside the servers at the crossing. */
  async addServer(
    part: string,
    { ipv4, ipv6 }: { readonly ipv4: string; readonly ipv6: string },
  ): Promise<Namespace> {
    const server = this.#owned.use(await Namespace.create(part))
    await server.plugInto(this.internet, 'eth', part)
    await this.internet.ip([
      `route add ${ipv4}/32 dev ${part}`,
      `addr add ${GATEWAY.ipv6}/64 dev ${part} nodad`,
      `route add ${ipv6}/128 dev ${part}`,
    ])
    await server.ip([
      `addr add ${ipv4}/32 dev eth`,
      `route add default via ${GATEWAY.ipv4} dev eth onlink`,
      `addr add ${ipv6}/128 dev eth nodad`,
      `route add default via ${GATEWAY.ipv6} dev eth`,
    ])
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }

  #freeIndex(): number {
    for (let index = 1; index <= MAX_SITES; index++) if (!this.#indexes.has(index)) return index
    throw new Error('too many sites at one time')
  }
}

const NAMES = [...namesOf(COORDINATOR_NAME, COORDINATOR), ...namesOf(TURN_NAME, SERVERS.turn)]

function namesOf(name: string, { ipv4, ipv6 }: { readonly ipv4: string; readonly ipv6: string }): string[] {
  return [`${ipv4} ${name}`, `${ipv6} ${name}`]
}

/** One network namespace: a computer or router of the lab, as far as the network is concerned. */

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runCommand } from './command.ts'
import { LabProcess, type ProcessEnding, type ProcessOptions } from './lab-process.ts'
import { etcFolder, nameOf, removeNamespace } from './maker.ts'

/** A command that takes longer hangs. */
const RUN_LIMIT_MS = 30_000

/**
 * Read by the kernel for interfaces made afterwards: addresses are usable at once (nobody else is there who could have the same
 * one), and none is made up from router announcements.
 */
const SETTINGS = [
  'net/ipv6/conf/default/accept_dad=0',
  'net/ipv6/conf/all/accept_dad=0',
  'net/ipv6/conf/default/accept_ra=0',
  'net/ipv4/conf/default/rp_filter=0',
  'net/ipv4/conf/all/rp_filter=0',
]
/**
 * Where the module for it is loaded, a bridge hands what it carries to the rules for IP before the router has it: what should be
 * turned round would be translated on the bridge and stay there. Absent where it is not loaded.
 */
const BRIDGE_SETTINGS = ['net/bridge/bridge-nf-call-iptables=0', 'net/bridge/bridge-nf-call-ip6tables=0']
const ROUTER_SETTINGS = ['net/ipv4/ip_forward=1', 'net/ipv6/conf/all/forwarding=1']

export class Namespace implements AsyncDisposable {
  readonly name: string
  readonly #processes: LabProcess[] = []

  private constructor(name: string) {
    this.name = name
  }

  /** Under which it can be entered. */
  get path(): string {
    return `/run/netns/${this.name}`
  }

  static async create(part: string, options: { readonly isRouter?: boolean } = {}): Promise<Namespace> {
    const namespace = new Namespace(nameOf(part))
    await runCommand('ip', ['netns', 'add', namespace.name])
    try {
      const settings =
        options.isRouter === true ? [...SETTINGS, ...ROUTER_SETTINGS, ...BRIDGE_SETTINGS] : SETTINGS
      const writes = settings.map((setting) =>
        setting.replace(/^(.*)=(.*)$/, '[ ! -e /proc/sys/$1 ] || echo $2 > /proc/sys/$1'),
      )
      await runCommand('ip', ['netns', 'exec', namespace.name, 'sh', '-ec', writes.join('\n')])
      await namespace.ip(['link set lo up'])
    } catch (error) {
      await namespace[Symbol.asyncDispose]()
      throw error
    }
    return namespace
  }

  /** Commands of `ip`, one each, without the word `ip`. */
  async ip(commands: readonly string[]): Promise<void> {
    await runCommand('ip', ['-n', this.name, '-batch', '-'], `${commands.join('\n')}\n`)
  }

  /** Adds a set of nftables rules. */
  async filter(rules: string): Promise<void> {
    await runCommand('ip', ['netns', 'exec', this.name, 'nft', '-f', '-'], rules)
  }

  /** Names that processes started from now on know, one `address name` each. */
  setHosts(lines: readonly string[]): void {
    mkdirSync(etcFolder(this.name), { recursive: true })
    writeFileSync(path.join(etcFolder(this.name), 'hosts'), `127.0.0.1 localhost\n${lines.join('\n')}\n`)
  }

  /** A cable between two namespaces; both ends are up afterwards. */
  async plugInto(other: Namespace, ownEnd: string, otherEnd: string): Promise<void> {
    const cable = ['link', 'add', 'name', ownEnd, 'netns', this.name, 'type', 'veth']
    await runCommand('ip', [...cable, 'peer', 'name', otherEnd, 'netns', other.name])
    await this.ip([`link set ${ownEnd} up`])
    await other.ip([`link set ${otherEnd} up`])
  }

  /** A process that runs until it ends or the namespace goes. */
  start(command: string, argv: readonly string[], options: ProcessOptions = {}): LabProcess {
    const started = new LabProcess(this.name, command, argv, options)
    this.#processes.push(started)
    return started
  }

  /** A process to its end; rejects when that does not come. */
  async run(command: string, argv: readonly string[], options: ProcessOptions = {}): Promise<ProcessEnding> {
    await using started = new LabProcess(this.name, command, argv, options)
    const ending = await started.ending(RUN_LIMIT_MS)
    if (ending === undefined) throw new Error(`no end in ${RUN_LIMIT_MS} ms: ${started.describe()}`)
    return ending
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((started) => started[Symbol.asyncDispose]()))
    await removeNamespace(this.name)
  }
}

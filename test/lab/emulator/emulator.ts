/**
 * Two hosts with a line between them whose rate, delay, loss and queue are chosen: for measuring what a transfer does
 * on a network that is not this computer's own. Everything lives in the line's process and ends with it, and that ends
 * with the test: one that is killed leaves nothing behind. Linux, root.
 */

import { Host } from './host.ts'
import { LineProcess, type Counters } from './line-process.ts'
import { DIRECTIONS, seedCommand, setCommand, type Direction, type LineSettings } from './line-settings.ts'
import { buildPrograms } from './programs.ts'

/** Packets that the device keeps until they are read: far more than come between two looks. */
const DEVICE_QUEUE_PACKETS = 20_000

export interface EmulatorOptions extends LineSettings {
  readonly seed: number
  /** Where the way back differs: an uplink is slower than a downlink. */
  readonly toLeft?: Partial<LineSettings>
  /** By which programs at both ends send over TCP, unless it is this computer's choice. Whatever they ask for themselves is overruled. */
  readonly congestionControl?: 'cubic'
  /** To join namespaces that are there already, such as two routers of a lab. Hosts of its own if not given. */
  readonly ends?: { readonly left: EmulatorEnd; readonly right: EmulatorEnd; readonly device: string }
}

interface EmulatorEnd {
  /** Such as /run/netns/NAME. */
  readonly namespacePath: string
  /** With the length of the network's part: 10.77.0.1/30. More can be added with `ip` in `run()`. */
  readonly address: string
}

const OWN_DEVICE = 'line0'
const OWN_ADDRESSES = { left: '10.77.0.1/30', right: '10.77.0.2/30' }

/**
 * Linux's own limits, whatever this computer has: TCP beside Beeline must be the same everywhere. Congestion control
 * cannot be set here, as a namespace may only choose from what the computer's owner allowed; sockets and routes can.
 */
const LINUX_TCP = {
  'ipv4/tcp_rmem': '4096 131072 6291456',
  'ipv4/tcp_wmem': '4096 16384 4194304',
}

/** Of hosts that the emulator has made. */
function otherEndOf(address: string): string {
  const ends = [OWN_ADDRESSES.left, OWN_ADDRESSES.right].map((end) => end.replace(/\/\d+$/, ''))
  const other = ends.find((end) => end !== address)
  if (other === undefined || !ends.includes(address)) throw new Error('only for hosts of the emulator’s own')
  return other
}

/** Nothing but the test's own packets: no router solicitations, no multicast listener reports. */
function silence(device: string): Record<string, string> {
  return { [`ipv6/conf/${device}/addr_gen_mode`]: '1' }
}

/** @returns why there can be no emulator here; undefined when there can */
export async function emulatorIsMissing(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'an emulated line needs Linux'
  if (process.getuid?.() !== 0) return 'an emulated line needs root'
  try {
    const { line } = await buildPrograms()
    await (await LineProcess.start(line, '-', '-', OWN_DEVICE))[Symbol.asyncDispose]()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export class Emulator implements AsyncDisposable {
  readonly left: Host
  readonly right: Host
  readonly #line: LineProcess
  readonly #settings: Record<Direction, LineSettings>

  private constructor(line: LineProcess, hosts: readonly [Host, Host], options: EmulatorOptions) {
    this.#line = line
    ;[this.left, this.right] = hosts
    const { toLeft, ...both } = options
    this.#settings = { toRight: both, toLeft: { ...both, ...toLeft } }
  }

  static async open(options: EmulatorOptions): Promise<Emulator> {
    const programs = await buildPrograms()
    const { ends } = options
    const device = ends?.device ?? OWN_DEVICE
    const line = await LineProcess.start(
      programs.line,
      ends?.left.namespacePath ?? '-',
      ends?.right.namespacePath ?? '-',
      device,
    )
    try {
      const hosts = [
        await makeHost(line.namespacePaths.left, ends?.left.address ?? OWN_ADDRESSES.left),
        await makeHost(line.namespacePaths.right, ends?.right.address ?? OWN_ADDRESSES.right),
      ] as const
      const emulator = new Emulator(line, hosts, options)
      for (const direction of DIRECTIONS) {
        await line.command(seedCommand(direction, options.seed))
        await line.command(setCommand(direction, emulator.#settings[direction]))
      }
      return emulator
    } catch (error) {
      await line[Symbol.asyncDispose]()
      throw error
    }

    async function makeHost(namespacePath: string, address: string): Promise<Host> {
      const control = options.congestionControl
      const bare = address.replace(/\/\d+$/, '')
      const host = new Host({ address: bare, namespacePath, enter: programs.enter })
      const switches = { ...(ends === undefined ? LINUX_TCP : {}), ...silence(device) }
      await host.succeed('sh', ['-e'], {
        input: Object.entries(switches)
          .map(([file, value]) => `[ ! -e /proc/sys/net/${file} ] || echo '${value}' > /proc/sys/net/${file}`)
          .join('\n'),
      })
      await host.succeed('ip', ['-batch', '-'], {
        input: [
          ...(ends === undefined ? ['link set lo up'] : []),
          `address add ${address} dev ${device}`,
          `link set ${device} mtu 1500 txqueuelen ${DEVICE_QUEUE_PACKETS} up`,
          ...(control === undefined
            ? []
            : [`route add ${otherEndOf(bare)}/32 dev ${device} congctl ${control}`]),
        ].join('\n'),
      })
      return host
    }
  }

  /** At once for what comes; what waits already keeps its time. Both directions if none is named. */
  async change(change: Partial<LineSettings>, direction?: Direction): Promise<void> {
    for (const one of direction === undefined ? DIRECTIONS : [direction]) {
      const settings = { ...this.#settings[one], ...change }
      await this.#line.command(setCommand(one, settings))
      this.#settings[one] = settings
    }
  }

  counters(): Promise<Counters> {
    return this.#line.counters()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.left.end()
    this.right.end()
    await this.#line[Symbol.asyncDispose]()
  }
}

/** Where the members of a swarm bench stand: on this computer's loopback, or each behind a line of its own. */

import { runCommand } from '#test/lab/command.ts'
import { sweepLeftovers } from '#test/lab/maker.ts'
import { Namespace } from '#test/lab/namespace.ts'

/** What may wait in front of a line, as in a home router that does not hold packets for seconds. Milliseconds. */
const LINE_QUEUE_MS = 100
/** Sent at once after a pause: a few packets. Bytes. */
const LINE_BURST_BYTES = 16 * 1024

export interface Place {
  readonly address: string
  /** Words before a command so that it runs there. */
  readonly entry: readonly string[]
}

export interface Ground extends AsyncDisposable {
  /** Of the coordinator or the tracker; its line is not limited. */
  readonly hub: Place
  /** The seeder's first. */
  readonly members: readonly [Place, ...Place[]]
  /** The lines are what limits: the programs need no limit of their own. */
  readonly isShaped: boolean
}

export function loopbackGround(receiverCount: number): Ground {
  const at = (number: number): Place => ({ address: `127.0.0.${number}`, entry: [] })
  // An address each: some programs take peers at the same one for the same peer.
  const receivers = Array.from({ length: receiverCount }, (_, i) => at(i + 3))
  return {
    hub: at(1),
    members: [at(2), ...receivers],
    isShaped: false,
    async [Symbol.asyncDispose]() {},
  }
}

/** Linux, root. A namespace for each, joined by a bridge; each sends through a token bucket of the kernel. */
export async function shapedGround(receiverCount: number, uplinkBytesPerSecond: number): Promise<Ground> {
  await sweepLeftovers()
  await using made = new AsyncDisposableStack()
  const hub = made.use(await Namespace.create('hub'))
  await hub.ip([
    'link add name bridge type bridge',
    'address add 10.78.0.1/24 dev bridge',
    'link set bridge up',
  ])
  const at = async (number: number): Promise<Place> => {
    const member = made.use(await Namespace.create(`member${number}`))
    await member.plugInto(hub, 'line', `port${number}`)
    await hub.ip([`link set port${number} master bridge`])
    const address = `10.78.0.${number}`
    await member.ip([`address add ${address}/24 dev line`])
    const bits = Math.round(uplinkBytesPerSecond * 8)
    const bucket = ['rate', `${bits}bit`, 'burst', String(LINE_BURST_BYTES), 'latency', `${LINE_QUEUE_MS}ms`]
    const entry = ['ip', 'netns', 'exec', member.name]
    await runCommand('ip', [...entry.slice(1), 'tc', 'qdisc', 'add', 'dev', 'line', 'root', 'tbf', ...bucket])
    return { address, entry }
  }
  const seeder = await at(2)
  const receivers: Place[] = []
  for (let i = 0; i < receiverCount; i++) receivers.push(await at(i + 3))
  const owned = made.move()
  return {
    hub: { address: '10.78.0.1', entry: ['ip', 'netns', 'exec', hub.name] },
    members: [seeder, ...receivers],
    isShaped: true,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** @returns why there can be no shaped lines here; undefined when there can */
export async function shapingIsMissing(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'shaped lines need Linux and root'
  try {
    await using ground = await shapedGround(1, 1e6)
    return ground.isShaped ? undefined : 'not shaped'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * A process that finds out how the network it runs in treats UDP, in the words of RFC 5780, and prints that as a line of JSON.
 * Arguments: the reflector's two addresses.
 */

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import {
  readAnswer,
  REFLECTOR_PORTS,
  type Behaviour,
  type ReflectorQuestion,
  type ReflectorSocket,
  type Seen,
} from './reflection.ts'

/** A question is asked this often, in case a packet is dropped on a busy machine. */
const TRIES = 3
/** The lab has no delay, so what comes at all comes at once. */
const ANSWER_LIMIT_MS = 250
/** Sockets and destinations that show the order of a router's ports. */
const FRESH_SOCKETS = 5

const [first = '', second = ''] = process.argv.slice(2)
const [firstPort, secondPort] = REFLECTOR_PORTS

class Prober implements Disposable {
  readonly #socket: Socket
  readonly #answers = new Map<number, Seen>()
  #lastId = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (data) => {
      const answer = readAnswer(data)
      if (answer !== undefined) this.#answers.set(answer.id, answer.seen)
    })
    // A router that says “not allowed” is a router that blocks.
    socket.on('error', () => undefined)
  }

  static async open(): Promise<Prober> {
    const socket = createSocket(isIPv6(first) ? 'udp6' : 'udp4')
    socket.bind(0)
    await once(socket, 'listening')
    return new Prober(socket)
  }

  get localPort(): number {
    return this.#socket.address().port
  }

  /** The address that the reflector sees, or undefined when no answer comes. */
  async ask(address: string, port: number, answerFrom?: ReflectorSocket): Promise<Seen | undefined> {
    const id = ++this.#lastId
    const question: ReflectorQuestion = answerFrom === undefined ? { id } : { id, answerFrom }
    for (let tried = 0; tried < TRIES; tried++) {
      this.#socket.send(JSON.stringify(question), port, address, () => undefined)
      for (let waitedMs = 0; waitedMs < ANSWER_LIMIT_MS; waitedMs += 10) {
        const seen = this.#answers.get(id)
        if (seen !== undefined) return seen
        await delay(10)
      }
    }
    return undefined
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }
}

/** In the order of RFC 5780 §4.3, and then one more destination. */
async function probeMapping(): Promise<Pick<Behaviour, 'mapping' | 'portOrder' | 'ports'>> {
  using prober = await Prober.open()
  const same = await prober.ask(first, firstPort)
  const otherPort = await prober.ask(first, secondPort)
  const otherAddress = await prober.ask(second, firstPort)
  const both = await prober.ask(second, secondPort)
  if (same === undefined || otherPort === undefined || otherAddress === undefined || both === undefined) {
    return { mapping: 'blocked', portOrder: 'kept', ports: [] }
  }
  const ports = [same.port, otherPort.port, otherAddress.port, both.port]
  const isKept = ports.every((port) => port === prober.localPort)
  if (isOwn(same.address) && isKept) return { mapping: 'none', portOrder: 'kept', ports }
  const fresh = await freshPorts()
  return {
    mapping:
      same.port === otherAddress.port
        ? 'endpoint-independent'
        : same.port === otherPort.port
          ? 'address-dependent'
          : 'address-and-port-dependent',
    portOrder: isKept ? 'kept' : isRegular([...ports, ...fresh]) ? 'step' : 'random',
    ports: [...ports, ...fresh],
  }
}

async function freshPorts(): Promise<number[]> {
  const ports: number[] = []
  for (let index = 0; index < FRESH_SOCKETS; index++) {
    using prober = await Prober.open()
    const seen = await prober.ask(first, firstPort)
    if (seen !== undefined) ports.push(seen.port)
  }
  return ports
}

/** Each with a socket that has sent to the first address and port alone (§4.4). */
async function probeFiltering(): Promise<Behaviour['filtering']> {
  if (!(await isAnswered())) return 'blocked'
  if (await isAnswered('second-address second-port')) return 'endpoint-independent'
  return (await isAnswered('first-address second-port')) ? 'address-dependent' : 'address-and-port-dependent'
}

async function isAnswered(answerFrom?: ReflectorSocket): Promise<boolean> {
  using prober = await Prober.open()
  return (await prober.ask(first, firstPort, answerFrom)) !== undefined
}

function isRegular(ports: readonly number[]): boolean {
  const steps = ports.slice(1).map((port, index) => port - (ports[index] ?? 0))
  return steps.every((step) => step === steps[0] && step !== 0)
}

function isOwn(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return own.some((one) => one.address === address)
}

const mapping = await probeMapping()
const found: Behaviour = { ...mapping, filtering: await probeFiltering() }
process.stdout.write(`${JSON.stringify(found)}\n`)

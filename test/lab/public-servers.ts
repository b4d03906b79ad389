/** The public servers of the lab: Beeline's own coordinator, and coturn with two addresses and both families. */

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { COORDINATOR, COORDINATOR_NAME, PRIVATE_RANGES, SERVERS, TURN_NAME } from './addresses.ts'
import { runCommand } from './command.ts'
import type { Lab } from './lab.ts'
import type { LabProcess } from './lab-process.ts'
import type { Namespace } from './namespace.ts'

export const LAUNCHER = fileURLToPath(new URL('../../cli/beeline.js', import.meta.url))

/** The one TCP port that the strictest network lets out: coordinator and relay listen there, at addresses of their own. */
const OPEN_PORT = 443
const TURN_PORT = 3478
const LOGIN = 'lab:lab-password'
/** Start of coturn on a busy machine; it opens its listeners one after the other. */
const LISTEN_LIMIT_MS = 60_000

/** A relay or coordinator beside the common ones, at addresses of its own: for runs that end it. */
export interface OwnServer {
  readonly url: string
  /** A computer of its own. */
  readonly host: Namespace
  /** Its disposal ends it by its id. */
  readonly process: LabProcess
}

export interface PublicServers {
  readonly coordinator: string
  readonly stun: string
  /** As `--relay` takes them. */
  readonly relays: { readonly udp: string; readonly tcp: string; readonly tls: string }
  /** Of the certificate of the relay, which is its own authority: a file. */
  readonly authority: string
}

export async function startPublicServers(lab: Lab): Promise<PublicServers> {
  const authority = await startTurn(lab)
  await startCoordinator(lab, await lab.addServer('coordinator', COORDINATOR), 'coordinator')
  return {
    coordinator: `http://${COORDINATOR_NAME}:${OPEN_PORT}`,
    stun: `stun:${TURN_NAME}:${TURN_PORT}`,
    relays: {
      udp: `turn:${LOGIN}@${TURN_NAME}:${TURN_PORT}`,
      tcp: `turn:${LOGIN}@${TURN_NAME}:${OPEN_PORT}?transport=tcp`,
      tls: `turns:${LOGIN}@${TURN_NAME}:${OPEN_PORT}`,
    },
    authority,
  }
}

/** @param number 1 to 99, different for each of a lab */
export async function startOwnCoordinator(lab: Lab, number: number): Promise<OwnServer> {
  const place = ownPlace(number)
  const server = await lab.addServer(`server${number}`, place)
  const started = await startCoordinator(lab, server, `coordinator${number}`)
  return { url: `http://${place.ipv4}:${OPEN_PORT}`, host: server, process: started }
}

async function startCoordinator(lab: Lab, server: Namespace, folder: string): Promise<LabProcess> {
  const data = path.join(lab.folder, folder)
  const argv = ['coordinator', '--listen', `:${OPEN_PORT}`, '--data', data, '--json']
  const started = server.start(process.execPath, [LAUNCHER, ...argv])
  await started.line((line) => (line.includes('"listening"') ? line : undefined))
  return started
}

/** A relay over UDP alone. @param number 1 to 99, different for each of a lab */
export async function makeOwnRelay(lab: Lab, number: number): Promise<() => Promise<OwnServer>> {
  const place = ownPlace(number)
  const server = await lab.addServer(`server${number}`, place)
  const at = (name: string): string => path.join(lab.folder, `turn${number}-${name}`)
  return async () => {
    const { ipv4, ipv6 } = place
    const started = startTurnServer(
      server,
      at,
      [ipv4, ipv6],
      [`--relay-ip=${ipv4}`, `--relay-ip=${ipv6}`, '--no-tls'],
    )
    await listens(server, started, [['udp', ipv4, TURN_PORT]])
    return { url: `turn:${LOGIN}@${ipv4}:${TURN_PORT}`, host: server, process: started }
  }
}

function ownPlace(number: number): { readonly ipv4: string; readonly ipv6: string } {
  return { ipv4: `198.51.100.${100 + number}`, ipv6: `2001:db8:ffff::${100 + number}` }
}

/** @returns the file of the certificate */
async function startTurn(lab: Lab): Promise<string> {
  const at = (name: string): string => path.join(lab.folder, name)
  const subject = ['-subj', `/CN=${TURN_NAME}`, '-addext', `subjectAltName=DNS:${TURN_NAME}`]
  const how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const files = ['-keyout', at('turn-key.pem'), '-out', at('turn-cert.pem')]
  await runCommand('openssl', ['req', '-x509', ...how, ...files, ...subject])
  const addresses = [SERVERS.turn.ipv4, SERVERS.turnSecond.ipv4, SERVERS.turn.ipv6, SERVERS.turnSecond.ipv6]
  const turn = startTurnServer(lab.internet, at, addresses, [
    `--relay-ip=${SERVERS.turn.ipv4}`,
    `--relay-ip=${SERVERS.turn.ipv6}`,
    // Also takes plain TCP: coturn looks at the first bytes.
    `--tls-listening-port=${OPEN_PORT}`,
    `--cert=${at('turn-cert.pem')}`,
    `--pkey=${at('turn-key.pem')}`,
  ])
  const { ipv4, ipv6 } = SERVERS.turnSecond
  await listens(
    lab.internet,
    turn,
    [ipv4, `[${ipv6}]`].flatMap((address): Listener[] => [
      ['udp', address, TURN_PORT],
      ['tcp', address, OPEN_PORT],
    ]),
  )
  return at('turn-cert.pem')
}

/** @param at where its files may be */
function startTurnServer(
  host: Namespace,
  at: (name: string) => string,
  addresses: readonly string[],
  more: readonly string[],
): LabProcess {
  writeFileSync(at('turnserver.conf'), '')
  return host.start('turnserver', [
    '-c',
    at('turnserver.conf'),
    `--userdb=${at('turndb')}`,
    `--pidfile=${at('turn-pid')}`,
    '--log-file=stdout',
    '--no-cli',
    '--no-dtls',
    '--fingerprint',
    '--realm=lab.example',
    ...addresses.map((address) => `--listening-ip=${address}`),
    `--listening-port=${TURN_PORT}`,
    '--lt-cred-mech',
    `--user=${LOGIN}`,
    '--no-multicast-peers',
    // A packet to a private address goes nowhere from here, and this coturn ends a client's session over it.
    ...PRIVATE_RANGES.map((range) => `--denied-peer-ip=${rangeOf(range)}`),
    ...more,
  ])
}

type Listener = readonly [protocol: 'udp' | 'tcp', address: string, port: number]

async function listens(host: Namespace, server: LabProcess, listeners: readonly Listener[]): Promise<void> {
  const deadline = Date.now() + LISTEN_LIMIT_MS
  for (;;) {
    const { lines } = await host.run('ss', ['-Hlnut'])
    const isThere = ([protocol, address, port]: Listener): boolean =>
      lines.some((line) => line.startsWith(protocol) && line.includes(`${address}:${port} `))
    if (listeners.every(isThere)) return
    if (Date.now() > deadline) throw new Error(`coturn does not listen: ${server.describe()}`)
    await delay(100)
  }
}

/** `first-last`, as coturn wants a range. */
function rangeOf(network: string): string {
  const [address = '', bits] = network.split('/')
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const last = first + 2 ** (32 - Number(bits)) - 1
  const print = (value: number): string =>
    [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
  return `${print(first)}-${print(last)}`
}

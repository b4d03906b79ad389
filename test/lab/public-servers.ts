/** The public servers of the lab: Beeline's own coordinator, and coturn with two addresses and both families. */

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { COORDINATOR, COORDINATOR_NAME, PRIVATE_RANGES, SERVERS, TURN_NAME } from './addresses.ts'
import { runCommand } from './command.ts'
import type { Lab } from './lab.ts'

export const LAUNCHER = fileURLToPath(new URL('../../cli/beeline.js', import.meta.url))

/** The one TCP port that the strictest network lets out: coordinator and relay listen there, at addresses of their own. */
const OPEN_PORT = 443
const TURN_PORT = 3478
const TURN_USER = 'lab'
const TURN_PASSWORD = 'lab-password'
/** Start of coturn on a busy machine; it opens its listeners one after the other. */
const LISTEN_LIMIT_MS = 15_000

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
  const coordinator = `http://${COORDINATOR_NAME}:${OPEN_PORT}`
  const server = await lab.addServer('coordinator', COORDINATOR)
  const argv = [
    'coordinator',
    '--listen',
    `:${OPEN_PORT}`,
    '--data',
    path.join(lab.folder, 'coordinator'),
    '--json',
  ]
  const started = server.start(process.execPath, [LAUNCHER, ...argv])
  await started.line((line) => (line.includes('"listening"') ? line : undefined))
  const login = `${TURN_USER}:${TURN_PASSWORD}`
  return {
    coordinator,
    stun: `stun:${TURN_NAME}:${TURN_PORT}`,
    relays: {
      udp: `turn:${login}@${TURN_NAME}:${TURN_PORT}`,
      tcp: `turn:${login}@${TURN_NAME}:${OPEN_PORT}?transport=tcp`,
      tls: `turns:${login}@${TURN_NAME}:${OPEN_PORT}`,
    },
    authority,
  }
}

/** @returns the file of the certificate */
async function startTurn(lab: Lab): Promise<string> {
  const at = (name: string): string => path.join(lab.folder, name)
  const subject = ['-subj', `/CN=${TURN_NAME}`, '-addext', `subjectAltName=DNS:${TURN_NAME}`]
  const how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const files = ['-keyout', at('turn-key.pem'), '-out', at('turn-cert.pem')]
  await runCommand('openssl', ['req', '-x509', ...how, ...files, ...subject])
  writeFileSync(at('turnserver.conf'), '')
  const addresses = [SERVERS.turn.ipv4, SERVERS.turnSecond.ipv4, SERVERS.turn.ipv6, SERVERS.turnSecond.ipv6]
  const turn = lab.internet.start('turnserver', [
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
    `--relay-ip=${SERVERS.turn.ipv4}`,
    `--relay-ip=${SERVERS.turn.ipv6}`,
    // Also takes plain TCP: coturn looks at the first bytes.
    `--listening-port=${TURN_PORT}`,
    `--tls-listening-port=${OPEN_PORT}`,
    `--cert=${at('turn-cert.pem')}`,
    `--pkey=${at('turn-key.pem')}`,
    '--lt-cred-mech',
    `--user=${TURN_USER}:${TURN_PASSWORD}`,
    '--no-multicast-peers',
    // A packet to a private address goes nowhere from here, and this coturn ends a client's session over it.
    ...PRIVATE_RANGES.map((range) => `--denied-peer-ip=${rangeOf(range)}`),
  ])
  const deadline = Date.now() + LISTEN_LIMIT_MS
  for (;;) {
    const { lines } = await lab.internet.run('ss', ['-Hlnut'])
    const isThere = (address: string, port: number, kind: string): boolean =>
      lines.some((line) => line.startsWith(kind) && line.includes(`${address}:${port} `))
    const { ipv4, ipv6 } = SERVERS.turnSecond
    const awaited = [ipv4, `[${ipv6}]`]
    if (awaited.every((one) => isThere(one, TURN_PORT, 'udp') && isThere(one, OPEN_PORT, 'tcp'))) break
    if (Date.now() > deadline) throw new Error(`coturn does not listen: ${turn.describe()}`)
    await delay(100)
  }
  return at('turn-cert.pem')
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

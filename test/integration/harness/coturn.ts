/** A real TURN server on loopback, with options of its own, gone afterwards. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { ensurePackages } from '#test/setup/debian-packages.ts'
import { eventually } from './eventually.ts'
import { TempFolder } from './temp-folder.ts'

export const TURN_USER = 'anna'
export const TURN_PASSWORD = 'right p@ssword'
/** Relay addresses are here, so that a packet to a relay cannot be one to a device at 127.0.0.1. */
export const RELAY_IP = '127.0.0.2'

/** @returns why tests with coturn cannot run here; undefined when they can */
export async function coturnIsMissing(): Promise<string | undefined> {
  try {
    await ensurePackages(['coturn', 'openssl'])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export interface CoturnOptions {
  /** Without them: long-term credentials of one user. */
  readonly arguments?: readonly string[]
  /** For TURN REST credentials instead of a user. */
  readonly sharedSecret?: string
  readonly hasTls?: boolean
}

export class Coturn implements AsyncDisposable {
  readonly port: number
  readonly tlsPort: number
  /** The certificate, which is its own authority: PEM. */
  readonly ca: string
  readonly #child: ChildProcess
  readonly #folder: TempFolder

  private constructor(child: ChildProcess, folder: TempFolder, ports: readonly [number, number], ca: string) {
    this.#child = child
    this.#folder = folder
    ;[this.port, this.tlsPort] = ports
    this.ca = ca
  }

  static async start(options: CoturnOptions = {}): Promise<Coturn> {
    const folder = await TempFolder.create()
    const ports = [await freePort(), await freePort()] as const
    const { sharedSecret, hasTls = false } = options
    // For the name `localhost` and no address, so that a test can ask for another name.
    const ca = hasTls ? makeCertificate(folder) : ''
    const login =
      sharedSecret === undefined
        ? ['--lt-cred-mech', `--user=${TURN_USER}:${TURN_PASSWORD}`]
        : ['--use-auth-secret', `--static-auth-secret=${sharedSecret}`]
    const child = spawn(
      'turnserver',
      [
        '-c',
        writeEmpty(folder.at('turnserver.conf')),
        `--userdb=${folder.at('turndb')}`,
        `--pidfile=${folder.at('pid')}`,
        '--log-file=stdout',
        '--verbose',
        '--no-cli',
        '--no-dtls',
        '--no-rfc5780',
        '--no-software-attribute',
        '--fingerprint',
        '--realm=beeline.test',
        '--listening-ip=127.0.0.1',
        `--relay-ip=${RELAY_IP}`,
        '--allow-loopback-peers',
        `--listening-port=${ports[0]}`,
        ...(hasTls
          ? [
              `--tls-listening-port=${ports[1]}`,
              `--cert=${folder.at('cert.pem')}`,
              `--pkey=${folder.at('key.pem')}`,
            ]
          : ['--no-tls']),
        ...login,
        ...(options.arguments ?? []),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder.path },
    )
    const server = new Coturn(child, folder, ports, ca)
    const isOff = (option: string): boolean => options.arguments?.includes(option) === true
    const awaited = [
      ...(isOff('--no-udp') ? [] : [() => answersUdp(ports[0])]),
      ...(isOff('--no-tcp') ? [] : [() => answersTcp(ports[0])]),
      ...(hasTls ? [() => answersTcp(ports[1])] : []),
    ]
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output = (output + data.toString()).slice(-20_000)
      })
    }
    try {
      await eventually('coturn to listen', async () => {
        if (child.exitCode !== null) throw new Error(`coturn ended: ${output}`)
        // Its listeners come up one after the other.
        for (const isThere of awaited) if (!(await isThere())) return false
        return true
      })
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
    }
    this.#folder[Symbol.dispose]()
  }
}

/** For TCP and UDP alike, at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function writeEmpty(path: string): string {
  writeFileSync(path, '')
  return path
}

/** For the name `localhost`, and its own authority: `cert.pem` and `key.pem` in the folder. @returns the certificate */
export function makeCertificate(folder: TempFolder): string {
  const subject = ['-subj', '/CN=beeline test', '-addext', 'subjectAltName=DNS:localhost']
  const files = ['-keyout', folder.at('key.pem'), '-out', folder.at('cert.pem')]
  const how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...how, ...files, ...subject], { stdio: 'pipe' })
  return readFileSync(folder.at('cert.pem'), 'utf8')
}

/** A binding request: what every STUN server answers. */
async function answersUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    socket.once('message', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.connect(port, '127.0.0.1', () => {
      socket.send(Buffer.from('000100002112a442000102030405060708090a0b', 'hex'))
    })
    const timer = setTimeout(() => resolve(false), 200)
    return await promise.finally(() => clearTimeout(timer))
  } finally {
    socket.close()
  }
}

async function answersTcp(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

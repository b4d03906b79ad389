/**
 * The coordinator that this device brings along when none is given: where it listens, under which addresses a link
 * names it, and which addresses of old links were its own, so that a resumed share gets it back at the same place.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as v from 'valibot'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { MAX_OTHER_ADDRESSES, type CoordinatorAddress } from '#shared/share/link.ts'
import { AppError } from '#shared/errors.ts'
import { isLoopback, reachableHosts } from './addresses.ts'
import type { CoordinatorSettings, CoordinatorStarter, RunningCoordinator } from './app.ts'

/** Registered for nothing that people run at home. */
export const DEFAULT_COORDINATOR_PORT = 8787
/** Addresses of old links that are remembered; a computer sees few networks. */
const MAX_REMEMBERED = 64

export type Addresses = readonly [CoordinatorAddress, ...CoordinatorAddress[]]

export interface ListenAddress {
  readonly host: string
  /** 0: any free one. Undefined: the usual one. */
  readonly port: number | undefined
}

export interface EmbeddedCoordinator {
  readonly port: number
  readonly addresses: Addresses
  readonly isLoopbackOnly: boolean
  close(): Promise<void>
}

export interface EmbeddedSettings {
  readonly start: CoordinatorStarter
  readonly dataDir: string
  readonly listen: ListenAddress | undefined
  readonly iceServers: readonly IceServer[]
  /** Addresses in the link of a share that is taken up again: its port is used, and no other. */
  readonly resumed: readonly CoordinatorAddress[]
  readonly log?: CoordinatorSettings['log']
}

/** Throws AppError `coordinator.port-taken`. */
export async function startEmbeddedCoordinator(settings: EmbeddedSettings): Promise<EmbeddedCoordinator> {
  const listen = settings.listen ?? { host: '::', port: undefined }
  const coordinator = await listenSomewhere(settings, listen)
  const { port } = coordinator
  return {
    port,
    addresses: await nameAddresses(settings.dataDir, { host: listen.host, port }),
    isLoopbackOnly: isLoopback(listen.host),
    close: () => coordinator.close(),
  }
}

/** How a link names a coordinator that listens there now, the likeliest address first; noted for resumed shares. */
export async function nameAddresses(
  dataDir: string,
  listen: { readonly host: string; readonly port: number },
): Promise<Addresses> {
  const hosts = isAnyHost(listen.host) ? reachableHosts() : [bracketed(listen.host)]
  const all = hosts.slice(0, 1 + MAX_OTHER_ADDRESSES).map((host) => addressOf(host, listen.port))
  const [first, ...others] = all
  if (first === undefined) throw new Error('a computer has at least its loopback address')
  await remember(dataDir, all)
  return [first, ...others]
}

/** Which of a link's addresses were those of this data folder's own coordinator. */
export async function ownAddresses(
  dataDir: string,
  addresses: readonly CoordinatorAddress[],
): Promise<CoordinatorAddress[]> {
  const remembered = await recall(dataDir)
  return addresses.filter((address) => !address.isTls && remembered.includes(address.host))
}

/** Port 8787 if it is free, so that a firewall's rule lasts; another one otherwise. What a person chose stays chosen. */
async function listenSomewhere(
  settings: EmbeddedSettings,
  listen: ListenAddress,
): Promise<RunningCoordinator> {
  const { start, listen: _listen, resumed, ...wanted } = settings
  const resumedPort = portOf(resumed[0])
  const ports =
    listen.port !== undefined
      ? [listen.port]
      : resumedPort !== undefined
        ? [resumedPort]
        : [DEFAULT_COORDINATOR_PORT, 0]
  let failure: unknown
  for (const port of ports) {
    try {
      return await startListening(start, { ...wanted, host: listen.host, port })
    } catch (thrown) {
      if (!isPortTaken(thrown)) throw thrown
      failure = new AppError('coordinator.port-taken', { detail: `port ${port}`, cause: thrown })
    }
  }
  throw failure
}

/** On a system without IPv6 “all addresses” means those of IPv4. */
export async function startListening(
  start: CoordinatorStarter,
  settings: CoordinatorSettings,
): Promise<RunningCoordinator> {
  const { host } = settings
  try {
    return await start(settings)
  } catch (thrown) {
    if (host !== '::' || !hasCode(thrown, ['EAFNOSUPPORT', 'EADDRNOTAVAIL'])) throw thrown
    return start({ ...settings, host: '0.0.0.0' })
  }
}

export function isAnyHost(host: string): boolean {
  return host === '::' || host === '0.0.0.0'
}

/** As a URL prints it: without the port that the scheme implies. */
export function addressOf(host: string, port: number): CoordinatorAddress {
  return { host: port === 80 ? host : `${host}:${port}`, isTls: false }
}

export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

export function portOf(address: CoordinatorAddress | undefined): number | undefined {
  if (address === undefined) return undefined
  const port = new URL(`http://${address.host}/`).port
  return port === '' ? 80 : Number(port)
}

function isPortTaken(thrown: unknown): boolean {
  return (
    (thrown instanceof AppError && thrown.code === 'coordinator.port-taken') ||
    hasCode(thrown, ['EADDRINUSE'])
  )
}

function hasCode(thrown: unknown, codes: readonly string[]): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string' && codes.includes(error.code)) return true
  }
  return false
}

const Remembered = v.object({ hosts: v.array(v.string()) })

function fileOf(dataDir: string): string {
  return path.join(dataDir, 'embedded-coordinator.json')
}

async function recall(dataDir: string): Promise<string[]> {
  try {
    return v.parse(Remembered, JSON.parse(await readFile(fileOf(dataDir), 'utf8'))).hosts
  } catch {
    // Missing or damaged: only a resumed share is worse off, and is told so.
    return []
  }
}

async function remember(dataDir: string, addresses: readonly CoordinatorAddress[]): Promise<void> {
  const hosts = new Set([...addresses.map((address) => address.host), ...(await recall(dataDir))])
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await writeFile(fileOf(dataDir), JSON.stringify({ hosts: [...hosts].slice(0, MAX_REMEMBERED) }), {
    mode: 0o600,
  })
}

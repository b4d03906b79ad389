/** Which router leads out of the own network, as the system knows it: neither Node nor any protocol tells. */

import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { BlockList, isIPv4 } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isLocalAddress } from '../route.ts'
import { isSharedAddress } from './outside-address.ts'
import type { Gateway } from './router.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)

/** `route` answers in some 20 ms. Milliseconds. */
const COMMAND_LIMIT_MS = 2000
const MAX_OUTPUT_BYTES = 64 * 1024
/** Of /proc/net/route: the route is up, and leads through a gateway. */
const UP_AND_GATEWAY = 0x3

const run = promisify(execFile)

/**
 * Undefined where there is none, or where it is no router of a home or office: a device with a public address needs no port opened,
 * and a public gateway is nobody to ask. Never rejects.
 */
export async function findGateway(): Promise<Gateway | undefined> {
  const address = await defaultRouter().catch(() => undefined)
  if (address === undefined || !isInside(address)) return undefined
  const localAddress = await localAddressTowards(address)
  return localAddress === undefined || !isInside(localAddress) ? undefined : { address, localAddress }
}

/** Linux, /proc/net/route: addresses are little-endian hexadecimal. */
export function readLinuxRoutes(table: string): string | undefined {
  const routes = table.split('\n').flatMap((line) => {
    const [, destination, gateway, flags, , , metric, mask] = line.trim().split(/\s+/)
    if (destination !== '00000000' || mask !== '00000000' || !/^[0-9A-F]{8}$/i.test(gateway ?? '')) return []
    if ((Number.parseInt(flags ?? '', 16) & UP_AND_GATEWAY) !== UP_AND_GATEWAY) return []
    const address = [...Buffer.from(gateway ?? '', 'hex')].reverse().join('.')
    return [{ address, metric: Number(metric) }]
  })
  return bestOf(routes)
}

/** macOS and BSD, `route -n get default`. */
export function readBsdRoute(output: string): string | undefined {
  const address = /^\s*gateway: (\S+)\s*$/m.exec(output)?.[1]
  return address !== undefined && isIPv4(address) ? address : undefined
}

/** Windows, `route print -4 0.0.0.0`: in every language the rows are destination, mask, gateway, interface, metric. */
export function readWindowsRoutes(output: string): string | undefined {
  const rows = output.matchAll(/^\s*0\.0\.0\.0\s+0\.0\.0\.0\s+(\d+\.\d+\.\d+\.\d+)\s+[\d.]+\s+(\d+)\s*$/gm)
  return bestOf([...rows].map(([, address = '', metric]) => ({ address, metric: Number(metric) })))
}

async function defaultRouter(): Promise<string | undefined> {
  if (process.platform === 'linux') return readLinuxRoutes(await readFile('/proc/net/route', 'utf8'))
  if (process.platform === 'win32') {
    const command = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'route.exe')
    return readWindowsRoutes(await outputOf(command, ['print', '-4', '0.0.0.0']))
  }
  return readBsdRoute(await outputOf('/sbin/route', ['-n', 'get', 'default']))
}

async function outputOf(command: string, argv: readonly string[]): Promise<string> {
  const limits = { timeout: COMMAND_LIMIT_MS, maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true }
  const { stdout } = await run(command, [...argv], limits)
  return stdout
}

/** The address that packets to the router carry. Connecting a UDP socket sends nothing. */
async function localAddressTowards(address: string): Promise<string | undefined> {
  const socket = createSocket('udp4')
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  socket.on('error', () => resolve(undefined))
  socket.connect(9, address, (error?: Error) =>
    resolve(error === undefined ? socket.address().address : undefined),
  )
  try {
    return await promise
  } finally {
    socket.close()
  }
}

function isInside(address: string): boolean {
  return (isLocalAddress(address) || isSharedAddress(address)) && !LOOPBACK.check(address)
}

function bestOf(
  routes: readonly { readonly address: string; readonly metric: number }[],
): string | undefined {
  const known = routes.filter(({ address, metric }) => isIPv4(address) && Number.isFinite(metric))
  return known.sort((left, right) => left.metric - right.metric)[0]?.address
}

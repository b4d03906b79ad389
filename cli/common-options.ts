/** Options that several commands share, and how they are read. */

import * as coordinatorUrl from '#engine/app/coordinator-url.ts'
import { dataDirOf } from '#engine/app/data-dir.ts'
import type { ListenAddress } from '#engine/app/embedded-coordinator.ts'
import { parseIceServers } from '#engine/connect/ice-url.ts'
import { parseProxy, printProxy } from '#engine/connect/proxy/proxy-choice.ts'
import type { NetworkOptions } from '#engine/engine.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { AppError } from '#shared/errors.ts'
import { MAX_LANES_PER_PEER } from '#shared/swarm/lane-limits.ts'
import { usageError, type Arguments, type OptionSpecs } from './arguments.ts'
import type { Context } from './command.ts'

const ROUTE_POLICIES = ['automatic', 'direct', 'relay'] as const

export const SERVER_OPTIONS = {
  relay: {
    value: 'URL',
    isRepeatable: true,
    help: 'TURN relay, turn:user:password@host:3478 or turns:…, used when no direct way is found; several: in this order, two at a time',
  },
  stun: {
    value: 'URL',
    isRepeatable: true,
    help: 'STUN server, stun:host:3478, to find the own public address; several: one at a time',
  },
} as const satisfies OptionSpecs

export const OUTPUT_OPTIONS = {
  json: { help: 'one JSON object per line on standard output, for scripts' },
  verbose: { help: 'what goes on inside, and the details of errors, on standard error' },
  help: { short: 'h', help: 'this help' },
} as const satisfies OptionSpecs

export const PORT_MAPPING_OPTION = {
  'no-port-mapping': { help: 'do not ask the router to open ports (UPnP-IGD, NAT-PMP, PCP)' },
} as const satisfies OptionSpecs

export const NETWORK_OPTIONS = {
  ...SERVER_OPTIONS,
  proxy: {
    value: 'URL',
    help: 'HTTP proxy, http://host:port, for what runs over TCP; HTTPS_PROXY and NO_PROXY if not given',
  },
  route: { value: 'KIND', help: 'automatic; direct: never a relay; relay: hide the own address behind one' },
  ...PORT_MAPPING_OPTION,
  'max-lanes': {
    value: 'COUNT',
    help: `connections side by side to one device, 1 to ${MAX_LANES_PER_PEER}: as many as help if not given`,
  },
  'no-tls-lanes': { help: 'no TLS connections beside the data channels' },
} as const satisfies OptionSpecs

export const NAME_OPTION = {
  name: { value: 'NAME', help: 'what others see instead of the name of this computer' },
} as const satisfies OptionSpecs

/**
 * Throws AppError `usage` or `relay.*`.
 * @param isOnLoopback devices meet on this computer alone: no candidate of another one, and nothing to ask of a router
 */
export function readNetwork(args: Arguments, context: Context, isOnLoopback = false): NetworkOptions {
  const routePolicy = ROUTE_POLICIES.find((policy) => policy === (args.text('route') ?? 'automatic'))
  if (routePolicy === undefined) throw usageError(`--route is one of ${ROUTE_POLICIES.join(', ')}`)
  const iceServers = parseIceServers(args.list('relay'), args.list('stun'))
  if (routePolicy === 'direct' && args.list('relay').length > 0) {
    throw usageError('--route direct uses no relay: leave --relay away')
  }
  const proxy = args.text('proxy')
  const lanes = args.text('max-lanes')
  const named = context.environment['BEELINE_BIND'] ?? ''
  const bindAddress = named === '' && isOnLoopback ? '127.0.0.1' : named
  return {
    iceServers,
    routePolicy,
    // A port of the router leads to the computer's usual address.
    portMapping: !args.has('no-port-mapping') && bindAddress === '',
    tlsLanes: !args.has('no-tls-lanes'),
    ...(proxy === undefined ? {} : { proxy: readProxy(proxy) }),
    ...(lanes === undefined ? {} : { maxLanes: readLanes(lanes) }),
    ...(bindAddress === '' ? {} : { bindAddress }),
  }
}

/** Throws AppError `usage`. */
function readLanes(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > MAX_LANES_PER_PEER)
    throw usageError(`--max-lanes is a number from 1 to ${MAX_LANES_PER_PEER}`)
  return count
}

/** Throws AppError `usage`. */
function readProxy(text: string): string {
  try {
    return printProxy(parseProxy(text))
  } catch (thrown) {
    throw thrown instanceof AppError
      ? usageError(`--proxy: ${(thrown.detail ?? '').replace(/^network\.proxy: /, '')}`)
      : thrown
  }
}

export function readDeviceName(args: Arguments, context: Context): string {
  return (args.text('name') ?? context.hostName).toWellFormed()
}

export function readDataDir(context: Context): string {
  return dataDirOf(context)
}

/** Reads `HOST:PORT`, `HOST`, `:PORT` or `[IPv6]:PORT`. Throws AppError `usage`. */
export function parseListen(text: string): ListenAddress {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::(\d{1,5}))?$/i.exec(text.trim())
  const port = match?.[2] === undefined ? undefined : Number(match[2])
  if (match === null || (port !== undefined && port > 65_535) || text.trim() === '') {
    throw usageError('--listen is HOST:PORT, as in 0.0.0.0:8787')
  }
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '')
  return { host: host === '' ? '::' : host, port }
}

/** Throws AppError `usage`. */
export function parseCoordinatorUrl(text: string): CoordinatorAddress {
  try {
    return coordinatorUrl.parseCoordinatorUrl(text)
  } catch (thrown) {
    throw thrown instanceof AppError
      ? usageError(`--coordinator: ${thrown.detail ?? 'the address cannot be read'}`)
      : thrown
  }
}

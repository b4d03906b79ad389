/**
 * Other names for addresses, for an ICE agent that must not, or cannot, know the true ones. The bridge to the TURN server
 * puts the true ones in.
 *
 * Under `relay only` the agent is bound to loopback, so that the system itself refuses every packet to anywhere else;
 * what remains are peers and relays on this very device. The agent knows them under addresses that lead nowhere.
 *
 * On a device with IPv6 alone the library knows no IPv4 address at all: it cannot even read one, since it resolves with
 * AI_ADDRCONFIG, and so made no pair with a relay or peer that has IPv4. It is told IPv6 addresses that stand for them:
 * those of NAT64, so that in such a network the direct way is open as well, or under `relay only` some that lead nowhere.
 */

import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import {
  ATTRIBUTE,
  attributeOf,
  decodeStun,
  encodeStun,
  longTermKey,
  METHOD,
  type StunAttribute,
  type StunMessage,
} from './stun-message.ts'
import { DISCARD_PREFIX, fromIPv6, NAT64_PREFIX, toIPv6 } from './ipv4-in-ipv6.ts'
import { decodeXorAddress, encodeXorAddress } from './stun-values.ts'
import type { Credentials } from './turn-client.ts'

/** For benchmarks between test devices (RFC 2544): never on the internet, and on no sane network. */
const COVER_PREFIX = '198.18.'
/** Addresses remembered; a device has a handful. */
const MAX_COVERS = 256

/** In place of an IPv6 address that a relay with IPv4 could not reach anyhow. */
const NOWHERE = `${DISCARD_PREFIX}1:0:0:0`

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)

const WITH_PEER = new Set<number>([METHOD.createPermission, METHOD.channelBind, METHOD.send, METHOD.data])
/** Whose answers name an address in the library's own name. */
const WITH_RELAYED = new Set<number>([METHOD.allocate])
const SEALS = new Set<number>([ATTRIBUTE.messageIntegrity, ATTRIBUTE.fingerprint])

export interface DisguiseOptions {
  /** Addresses of this device are not to be known. */
  readonly hidesOwn: boolean
  /** Whether this device has an IPv4 address beside loopback, at the moment. */
  readonly hasIPv4: () => boolean
}

export class AddressDisguise {
  readonly #options: DisguiseOptions
  readonly #covers = new Map<string, string>()
  readonly #addresses = new Map<string, string>()

  constructor(options: DisguiseOptions) {
    this.#options = options
  }

  /** What the agent may know of the other side's address. */
  cover(address: string): string {
    const { hidesOwn, hasIPv4 } = this.#options
    // From 127.0.0.1 nothing goes to an IPv6 address, from ::1 it might.
    if (hidesOwn && !hasIPv4() && isIPv6(address)) return NOWHERE
    return this.coverRelayed(hidesOwn ? this.#hide(address) : address)
  }

  /** What the agent knows of its own relay's address. */
  coverRelayed(address: string): string {
    const { hidesOwn, hasIPv4 } = this.#options
    return hasIPv4() ? address : toIPv6(address, hidesOwn ? DISCARD_PREFIX : NAT64_PREFIX)
  }

  uncover(address: string): string {
    const plain = fromIPv6(address)
    return this.#addresses.get(plain) ?? plain
  }

  /** A message of the agent, as the server may read it. */
  toServer(bytes: Uint8Array, { username, password }: Credentials): Uint8Array {
    return rewriteAddresses(
      bytes,
      (address) => this.uncover(address),
      (message) => {
        const realm = attributeOf(message, ATTRIBUTE.realm)
        return realm === undefined ? undefined : longTermKey(username, realm, password)
      },
    )
  }

  /**
   * A message of the server, as the agent may read it.
   * @param key with which it is signed anew; without one a signed message stays as it is
   */
  toAgent(bytes: Uint8Array, key?: Uint8Array): Uint8Array {
    return rewriteAddresses(
      bytes,
      (address, type) =>
        type === ATTRIBUTE.xorRelayedAddress ? this.coverRelayed(address) : this.cover(address),
      () => key,
    )
  }

  #hide(address: string): string {
    const before = this.#covers.get(address)
    if (before !== undefined) return before
    if (!isIPv4(address) || !isOfThisDevice(address) || this.#covers.size >= MAX_COVERS) return address
    const cover = `${COVER_PREFIX}0.${this.#covers.size}`
    this.#covers.set(address, cover)
    this.#addresses.set(cover, address)
    return cover
  }
}

/** Loopback, and the addresses of the network cards as they are now. */
export function isOfThisDevice(address: string): boolean {
  if (isIPv4(address) && LOOPBACK.check(address)) return true
  if (address === '::1') return true
  return Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address))
}

/** @returns the bytes as they were where nothing was to change, or could not be signed anew */
function rewriteAddresses(
  bytes: Uint8Array,
  rename: (address: string, type: number) => string,
  keyFor: (message: StunMessage) => Uint8Array | undefined,
): Uint8Array {
  const message = decodeStun(bytes)
  const renamed = message === undefined ? undefined : renamedTypeOf(message.method)
  if (message === undefined || renamed === undefined) return bytes
  let hasChanged = false
  const kept = message.attributes.filter(({ type }) => !isPhantom(message, type))
  if (kept.length < message.attributes.length) hasChanged = true
  const attributes = kept.map((attribute): StunAttribute => {
    if (attribute.type !== renamed) return attribute
    const endpoint = decodeXorAddress(attribute.value, message.transactionId)
    if (endpoint === undefined) return attribute
    const address = rename(endpoint.address, renamed)
    if (address === endpoint.address) return attribute
    hasChanged = true
    return { ...attribute, value: encodeXorAddress({ address, port: endpoint.port }, message.transactionId) }
  })
  if (!hasChanged) return bytes
  const wasSigned = attributeOf(message, ATTRIBUTE.messageIntegrity) !== undefined
  const key = wasSigned ? keyFor(message) : undefined
  if (wasSigned && key === undefined) return bytes
  return encodeStun(
    { ...message, attributes: attributes.filter(({ type }) => !SEALS.has(type)) },
    { key, hasFingerprint: attributeOf(message, ATTRIBUTE.fingerprint) !== undefined },
  )
}

/**
 * What the server sees of the bridge: the agent would offer it as a way to itself, and the other side try it in vain, which
 * on some routers costs a port.
 */
function isPhantom(message: StunMessage, type: number): boolean {
  return (
    message.method === METHOD.allocate && message.class === 'success' && type === ATTRIBUTE.xorMappedAddress
  )
}

function renamedTypeOf(method: number): number | undefined {
  if (WITH_PEER.has(method)) return ATTRIBUTE.xorPeerAddress
  return WITH_RELAYED.has(method) ? ATTRIBUTE.xorRelayedAddress : undefined
}

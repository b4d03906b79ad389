/**
 * Other names for addresses of this device, for an ICE agent that must not send to them. Under `relay only` the agent
 * is bound to loopback, so that the system itself refuses every packet to anywhere else; what remains are peers and
 * relays on this very device. The agent knows them under addresses that lead nowhere, and the bridge to the TURN server,
 * the one way out, puts the true ones in.
 */

import { BlockList, isIPv4 } from 'node:net'
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
import { decodeXorAddress, encodeXorAddress } from './stun-values.ts'
import type { Credentials } from './turn-client.ts'

/** For benchmarks between test devices (RFC 2544): never on the internet, and on no sane network. */
const COVER_PREFIX = '198.18.'
/** Addresses remembered; a device has a handful. */
const MAX_COVERS = 256

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)

const WITH_PEER = new Set<number>([METHOD.createPermission, METHOD.channelBind, METHOD.send, METHOD.data])
const SEALS = new Set<number>([ATTRIBUTE.messageIntegrity, ATTRIBUTE.fingerprint])

export class AddressDisguise {
  readonly #covers = new Map<string, string>()
  readonly #addresses = new Map<string, string>()

  /** What the agent may know of an address. IPv6 passes: a socket on 127.0.0.1 cannot send there. */
  cover(address: string): string {
    const before = this.#covers.get(address)
    if (before !== undefined) return before
    if (!isIPv4(address) || !isOfThisDevice(address) || this.#covers.size >= MAX_COVERS) return address
    const cover = `${COVER_PREFIX}0.${this.#covers.size}`
    this.#covers.set(address, cover)
    this.#addresses.set(cover, address)
    return cover
  }

  uncover(address: string): string {
    return this.#addresses.get(address) ?? address
  }

  /** A message of the agent, as the server may read it. */
  toServer(bytes: Uint8Array, { username, password }: Credentials): Uint8Array {
    return rewritePeers(
      bytes,
      (address) => this.uncover(address),
      (message) => {
        const realm = attributeOf(message, ATTRIBUTE.realm)
        return realm === undefined ? undefined : longTermKey(username, realm, password)
      },
    )
  }

  /** A message of the server, as the agent may read it: with a peer's address there are only data, which are not signed. */
  toAgent(bytes: Uint8Array): Uint8Array {
    return rewritePeers(
      bytes,
      (address) => this.cover(address),
      () => undefined,
    )
  }
}

/** Loopback, and the addresses of the network cards as they are now. */
export function isOfThisDevice(address: string): boolean {
  if (isIPv4(address) && LOOPBACK.check(address)) return true
  if (address === '::1') return true
  return Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address))
}

/** @returns the bytes as they were where nothing was to change */
function rewritePeers(
  bytes: Uint8Array,
  rename: (address: string) => string,
  keyFor: (message: StunMessage) => Uint8Array | undefined,
): Uint8Array {
  const message = decodeStun(bytes)
  if (message === undefined || !WITH_PEER.has(message.method)) return bytes
  let hasChanged = false
  const attributes = message.attributes.map((attribute): StunAttribute => {
    if (attribute.type !== ATTRIBUTE.xorPeerAddress) return attribute
    const peer = decodeXorAddress(attribute.value, message.transactionId)
    if (peer === undefined) return attribute
    const address = rename(peer.address)
    if (address === peer.address) return attribute
    hasChanged = true
    return { ...attribute, value: encodeXorAddress({ address, port: peer.port }, message.transactionId) }
  })
  if (!hasChanged) return bytes
  const wasSigned = attributeOf(message, ATTRIBUTE.messageIntegrity) !== undefined
  return encodeStun(
    { ...message, attributes: attributes.filter(({ type }) => !SEALS.has(type)) },
    {
      key: wasSigned ? keyFor(message) : undefined,
      hasFingerprint: attributeOf(message, ATTRIBUTE.fingerprint) !== undefined,
    },
  )
}

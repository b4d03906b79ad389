/** Asks the own network which router speaks UPnP (SSDP, UPnP Device Architecture 1.1 §1.3). */

import { createSocket } from 'node:dgram'
import type { Gateway } from './router.ts'
import { gatewayUrl } from './upnp-http.ts'

const GROUP = '239.255.255.250'
const TARGETS = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
]
/** Devices spread their answers over so many seconds (MX); routers answer sooner. */
const SPREAD_S = 1
/** When is asked: multicast gets lost in Wi-Fi. Milliseconds. */
const SEND_AT_MS = [0, 700]
const SEARCH_LIMIT_MS = 2500
/** After the first answer: a router tells of both its versions, not of more. Milliseconds. */
const MORE_MS = 150
const MAX_LOCATIONS = 4
const MAX_ANSWER_BYTES = 2048
/** Not further than the next network: what multicast of a home may cross (§1.3.2). */
const MULTICAST_HOPS = 2

/**
 * Where the gateway keeps its description. Other devices are not listened to: only the gateway can open a port to the internet,
 * and whoever is asked instead learns of our ports. Rejects with the signal's reason only.
 */
export async function findLocations(gateway: Gateway, port: number, signal: AbortSignal): Promise<URL[]> {
  signal.throwIfAborted()
  const found = new Map<string, URL>()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const end = (): void => resolve()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const socket = createSocket('udp4')
  const timers = [setTimeout(end, SEARCH_LIMIT_MS)]
  socket.on('error', end)
  socket.on('message', (message, sender) => {
    if (sender.address !== gateway.address || message.length > MAX_ANSWER_BYTES) return
    const url = locationOf(message.toString('latin1'), gateway)
    if (url === undefined || found.size >= MAX_LOCATIONS) return
    if (found.size === 0) timers.push(setTimeout(end, MORE_MS))
    found.set(url.href, url)
  })
  const search = (): void => {
    for (const target of TARGETS) {
      const bytes = Buffer.from(searchMessage(target))
      // To the gateway itself as well: some networks carry no multicast. What cannot be sent is as good as lost.
      for (const address of [GROUP, gateway.address]) socket.send(bytes, port, address, () => undefined)
    }
  }
  socket.bind({ address: gateway.localAddress, port: 0 }, () => {
    try {
      socket.setMulticastInterface(gateway.localAddress)
      socket.setMulticastTTL(MULTICAST_HOPS)
    } catch {
      // No multicast on this network: the gateway is still asked by its address.
    }
    for (const atMs of SEND_AT_MS) timers.push(setTimeout(search, atMs))
  })
  try {
    await promise
    return [...found.values()]
  } finally {
    signal.removeEventListener('abort', abort)
    for (const timer of timers) clearTimeout(timer)
    socket.close()
  }
}

function searchMessage(target: string): string {
  const lines = [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${GROUP}:1900`,
    'MAN: "ssdp:discover"',
    `MX: ${SPREAD_S}`,
    `ST: ${target}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function locationOf(message: string, gateway: Gateway): URL | undefined {
  if (!/^HTTP\/1\.[01] 200 /.test(message)) return undefined
  const location = /^location:[ \t]*(\S+)[ \t]*$/im.exec(message)?.[1]
  return location === undefined ? undefined : gatewayUrl(location, gateway)
}

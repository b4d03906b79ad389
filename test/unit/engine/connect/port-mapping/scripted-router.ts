/** A router on loopback that says what a test tells it to, in the three protocols that open ports. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openPortMapper, type PortMapper } from '#engine/connect/port-mapping/port-mapper.ts'
import type { Gateway, RouterPorts } from '#engine/connect/port-mapping/router.ts'

export const LOOPBACK: Gateway = { address: '127.0.0.1', localAddress: '127.0.0.1' }
export const OUTSIDE = '203.0.113.77'

/** Undefined: it says nothing. */
export type UdpScript = (question: Buffer) => Uint8Array | undefined
export type HttpScript = (request: IncomingMessage, response: ServerResponse, body: string) => void

export interface Script {
  /** Left out: the port is closed. */
  readonly udp?: UdpScript
  /** To a search of the network; `location` is where `http` answers. Left out: there is a device, and it opens no ports. */
  readonly search?: (location: string, sender: RemoteInfo) => string | undefined
  readonly http?: HttpScript
}

export class ScriptedRouter implements AsyncDisposable {
  readonly gateway = LOOPBACK
  readonly ports: RouterPorts
  /** Of its description. */
  readonly location: string
  /** What came in over UDP, to the port of PCP and NAT-PMP. */
  readonly asked: Buffer[] = []
  readonly searches: string[] = []
  readonly #sockets: readonly Socket[]
  readonly #server: Server

  private constructor(ports: RouterPorts, sockets: readonly Socket[], server: Server) {
    this.ports = ports
    this.location = `http://${LOOPBACK.address}:${portOf(server)}/description.xml`
    this.#sockets = sockets
    this.#server = server
  }

  static async open({ udp, search = foundAt, http = noService }: Script): Promise<ScriptedRouter> {
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => {
        body += part.toString()
      })
      request.on('end', () => http(request, response, body))
    })
    server.listen(0, LOOPBACK.address)
    await once(server, 'listening')
    const sockets = [await bound(), await bound()] as const
    const [mapping, searched] = sockets
    const ports = { mapping: mapping.address().port, search: searched.address().port }
    const router = new ScriptedRouter(ports, udp === undefined ? [searched] : sockets, server)
    if (udp === undefined) mapping.close()
    mapping.on('message', (question: Buffer, sender: RemoteInfo) => {
      router.asked.push(question)
      const answer = udp?.(question)
      if (answer !== undefined) mapping.send(answer, sender.port, sender.address)
    })
    searched.on('message', (question: Buffer, sender: RemoteInfo) => {
      router.searches.push(question.toString())
      const answer = search(router.location, sender)
      if (answer !== undefined) searched.send(answer, sender.port, sender.address)
    })
    return router
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

export function foundAt(location: string): string {
  return `HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: ${location}\r\n\r\n`
}

/** As a NAT-PMP router answers; `lifetimeS` and `result` of its mappings. */
export function natPmp(options: { result?: number; address?: string; lifetimeS?: number } = {}): UdpScript {
  const { result = 0, address = OUTSIDE, lifetimeS } = options
  return (question) => {
    if (question[0] !== 0) return Uint8Array.of(0, 0x80 | (question[1] ?? 0), 0, 1, 0, 0, 0, 0)
    if (question[1] === 0) {
      return Buffer.concat([
        Uint8Array.of(0, 128, 0, 0, 0, 0, 0, 9),
        Buffer.from(address.split('.').map(Number)),
      ])
    }
    const answer = Buffer.alloc(16)
    answer.writeUInt8(129, 1)
    answer.writeUInt16BE(result, 2)
    question.copy(answer, 8, 4, 8)
    const asked = question.readUInt32BE(8)
    answer.writeUInt32BE(asked === 0 ? 0 : (lifetimeS ?? asked), 12)
    return answer
  }
}

/** As a PCP server answers. */
export function pcp(options: { result?: number; address?: string; lifetimeS?: number } = {}): UdpScript {
  const { result = 0, address = OUTSIDE, lifetimeS } = options
  return (question) => {
    if (question[0] !== 2) return undefined
    const answer = Buffer.from(question)
    answer.writeUInt8((question[1] ?? 0) | 0x80, 1)
    answer.fill(0, 8, 24)
    if (question[1] === 1) {
      answer.writeUInt8(result, 3)
      const asked = question.readUInt32BE(4)
      answer.writeUInt32BE(asked === 0 ? 0 : (lifetimeS ?? asked), 4)
      answer.set(address.split('.').map(Number), 56)
    }
    return answer
  }
}

export interface Igd {
  /** Of ports that are open, what was asked. */
  readonly open: Map<string, ReadonlyMap<string, string>>
  readonly actions: string[]
  readonly http: HttpScript
}

/** As an internet gateway device of version 1 answers. */
export function igd(options: { fault?: (action: string) => string | undefined; address?: string } = {}): Igd {
  const open = new Map<string, ReadonlyMap<string, string>>()
  const actions: string[] = []
  return {
    open,
    actions,
    http(request, response, body) {
      if (request.method === 'GET') return sendXml(response, 200, description('/control'))
      const action = /#(\w+)"$/.exec(String(request.headers.soapaction))?.[1] ?? ''
      actions.push(action)
      const values = new Map(
        [...body.matchAll(/<(New\w+)>([^<]*)</g)].map(([, name = '', value = '']) => [name, value]),
      )
      const fault = options.fault?.(action)
      if (fault !== undefined) return sendXml(response, 500, faultXml(fault))
      const port = values.get('NewExternalPort') ?? ''
      if (action === 'AddPortMapping') open.set(port, values)
      if (action === 'DeletePortMapping') open.delete(port)
      const inner =
        action === 'GetExternalIPAddress'
          ? `<NewExternalIPAddress>${options.address ?? OUTSIDE}</NewExternalIPAddress>`
          : ''
      sendXml(response, 200, soap(`<u:${action}Response xmlns:u="urn:x">${inner}</u:${action}Response>`))
    },
  }
}

export function sendXml(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml; charset="utf-8"' })
  response.end(xml)
}

export function description(control: string, service = 'WANIPConnection:1'): string {
  return `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
    <deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><friendlyName>A & B</friendlyName>
    <serviceList><service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType>
      <controlURL>/other</controlURL></service></serviceList>
    <deviceList><device><deviceList><device><serviceList><service>
      <serviceType>urn:schemas-upnp-org:service:${service}</serviceType>
      <controlURL>${control}</controlURL><eventSubURL>/events</eventSubURL>
    </service></serviceList></device></deviceList></device></deviceList></device></root>`
}

function faultXml(code: string): string {
  return soap(
    `<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail><UPnPError>` +
      `<errorCode>${code}</errorCode><errorDescription>No</errorDescription></UPnPError></detail></s:Fault>`,
  )
}

function soap(inner: string): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inner}</s:Body></s:Envelope>`
}

function noService(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404)
  response.end()
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, LOOPBACK.address)
  await once(socket, 'listening')
  return socket
}

function portOf(server: Server): number {
  const address: string | AddressInfo | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen')
  return address.port
}

/** Asks this router and no other. */
export function mapperFor(router: ScriptedRouter, isEnabled = true): PortMapper {
  return openPortMapper({
    isEnabled,
    gateway: () => Promise.resolve(router.gateway),
    ports: router.ports,
  })
}

/** A router that only speaks UPnP: the port of the other protocols is closed. */
export function upnp(http: HttpScript): Script {
  return { http }
}

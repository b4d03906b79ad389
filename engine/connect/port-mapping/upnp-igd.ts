/** Opening ports by UPnP: the WANIPConnection and WANPPPConnection services of an internet gateway device, version 1 or 2. */

import { randomInt } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { refused, SILENT, type Gateway, type MapOutcome, type Mapping, type MapRequest } from './router.ts'
import type { Router } from './router.ts'
import { askHttp, gatewayUrl, type HttpAnswer } from './upnp-http.ts'
import { findLocations } from './upnp-search.ts'
import { readXml, type XmlText } from './upnp-xml.ts'

/** Best first. A router may name more than one and serve one: the others have no outside address. */
const SERVICES = [
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
]
const MAX_SERVICES = 4
/** What a person finds in the router's list. */
const DESCRIPTION = 'Beeline'
/** The wanted outside port belongs to somebody else (718), then another one is tried. */
const CONFLICT = '718'
const MAX_TRIES = 3
const FIRST_FREE_PORT = 10_000
const LAST_FREE_PORT = 65_535

/** A service that was offered, and where to speak to it. */
export interface ControlPoint {
  readonly service: string
  readonly url: URL
}

/** Undefined where the gateway speaks no UPnP. Rejects with the signal's reason only. */
export async function findUpnp(
  gateway: Gateway,
  port: number,
  signal: AbortSignal,
): Promise<Router | undefined> {
  for (const url of await findLocations(gateway, port, signal)) {
    const answer = await askHttp({ gateway, url }, signal)
    signal.throwIfAborted()
    const points = answer?.status === 200 ? controlPoints(answer.body, url, gateway) : []
    if (points.length > 0) return new UpnpRouter(gateway, points)
  }
  return undefined
}

/** The services of a description that open ports, best first, none of them at another address than the gateway's. */
export function controlPoints(description: string, location: URL, gateway: Gateway): ControlPoint[] {
  const texts = readXml(description) ?? []
  const base = texts.find(({ path }) => path.at(-1) === 'urlbase' && path.length === 2)?.text ?? ''
  const found: { service: string; control: string }[] = []
  for (const { path, text } of texts) {
    const name = path.at(-1)
    if (name === 'service') found.push({ service: '', control: '' })
    const last = found.at(-1)
    if (last === undefined || path.at(-2) !== 'service') continue
    if (name === 'servicetype') last.service = text
    if (name === 'controlurl') last.control = text
  }
  return SERVICES.flatMap((service) => {
    const offered = found.filter((other) => other.service === service && other.control !== '')
    return offered.flatMap(({ control }) => {
      const url = gatewayUrl(control, gateway, gatewayUrl(base, gateway) ?? location)
      return url === undefined ? [] : [{ service, url }]
    })
  }).slice(0, MAX_SERVICES)
}

type Said = { readonly values: ReadonlyMap<string, string> } | { readonly fault: string } | undefined

class UpnpRouter implements Router {
  readonly protocol = 'upnp-igd'
  readonly #gateway: Gateway
  #points: readonly ControlPoint[]
  /** One thing at a time: the HTTP servers of routers are small. */
  #previous: Promise<unknown> = Promise.resolve()

  constructor(gateway: Gateway, points: readonly ControlPoint[]) {
    this.#gateway = gateway
    this.#points = points
  }

  map(request: MapRequest): Promise<MapOutcome> {
    return this.#inTurn(async () => {
      let last: MapOutcome = SILENT
      for (const point of this.#points) {
        const outcome = await this.#mapAt(point, request)
        if (outcome.kind === 'mapped')
          this.#points = [point, ...this.#points.filter((other) => other !== point)]
        if (outcome.kind === 'mapped') return outcome
        if (outcome.kind === 'refused') last = outcome
      }
      return last
    })
  }

  unmap({ externalPort }: Mapping): Promise<void> {
    return this.#inTurn(async () => {
      const [point] = this.#points
      if (point === undefined) return
      await this.#call(point, 'DeletePortMapping', [
        ['NewRemoteHost', ''],
        ['NewExternalPort', externalPort],
        ['NewProtocol', 'UDP'],
      ])
    })
  }

  async #mapAt(point: ControlPoint, { localPort, wantedPort, lifetimeS }: MapRequest): Promise<MapOutcome> {
    const said = await this.#call(point, 'GetExternalIPAddress', [])
    if (said === undefined) return SILENT
    if ('fault' in said) return refused(`address: ${said.fault}`)
    const externalAddress = said.values.get('newexternalipaddress') ?? ''
    // Empty or 0.0.0.0 of a line that is not up.
    if (!isIPv4(externalAddress) || externalAddress === '0.0.0.0') return refused('no outside address')
    let externalPort = wantedPort
    for (let tries = 1; ; tries++) {
      const added = await this.#call(point, 'AddPortMapping', [
        ['NewRemoteHost', ''],
        ['NewExternalPort', externalPort],
        ['NewProtocol', 'UDP'],
        ['NewInternalPort', localPort],
        ['NewInternalClient', this.#gateway.localAddress],
        ['NewEnabled', 1],
        ['NewPortMappingDescription', DESCRIPTION],
        ['NewLeaseDuration', lifetimeS],
      ])
      if (added === undefined) return SILENT
      if (!('fault' in added)) {
        return { kind: 'mapped', mapping: { localPort, externalAddress, externalPort, lifetimeS } }
      }
      // 725, a router that opens ports for ever only, is a refusal too: a process that is killed would leave its port open.
      if (added.fault !== CONFLICT || tries === MAX_TRIES) return refused(`fault ${added.fault}`)
      externalPort = randomInt(FIRST_FREE_PORT, LAST_FREE_PORT + 1)
    }
  }

  async #call(
    { service, url }: ControlPoint,
    action: string,
    values: readonly (readonly [string, string | number])[],
  ): Promise<Said> {
    // Names and values are our own numbers, words and addresses: there is nothing to escape.
    const inner = values.map(([name, value]) => `<${name}>${value}</${name}>`).join('')
    const body =
      '<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
      's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
      `<u:${action} xmlns:u="${service}">${inner}</u:${action}></s:Body></s:Envelope>\r\n`
    const headers = {
      'content-type': 'text/xml; charset="utf-8"',
      'content-length': String(Buffer.byteLength(body)),
      soapaction: `"${service}#${action}"`,
    }
    return readAnswer(await askHttp({ gateway: this.#gateway, url, post: { body, headers } }), action)
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const next = this.#previous.then(work)
    this.#previous = next.catch(() => undefined)
    return next
  }
}

function readAnswer(answer: HttpAnswer | undefined, action: string): Said {
  if (answer === undefined) return undefined
  const texts = readXml(answer.body)
  if (answer.status === 200) {
    const response = `${action}Response`.toLowerCase()
    if (texts?.some(({ path }) => path.at(-1) === response) !== true) return { fault: 'no answer to this' }
    return { values: new Map(texts.map(({ path, text }) => [path.at(-1) ?? '', text])) }
  }
  const code = texts?.find(({ path }: XmlText) => path.at(-1) === 'errorcode')?.text ?? ''
  return { fault: /^\d{1,4}$/.test(code) ? code : `status ${answer.status}` }
}

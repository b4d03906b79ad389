import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { askHttp, gatewayUrl, MAX_ANSWER_BYTES } from '#engine/connect/port-mapping/upnp-http.ts'
import { controlPoints } from '#engine/connect/port-mapping/upnp-igd.ts'
import { readXml } from '#engine/connect/port-mapping/upnp-xml.ts'
import { description, LOOPBACK, ScriptedRouter } from './scripted-router.ts'

const GATEWAY = { address: '192.168.1.1', localAddress: '192.168.1.20' }
const LOCATION = new URL('http://192.168.1.1:5000/rootDesc.xml')

describe('an address that a router names', () => {
  test.each([
    ['http://192.168.1.1:5000/ctl', 'http://192.168.1.1:5000/ctl'],
    ['/ctl?a=b', 'http://192.168.1.1:5000/ctl?a=b'],
    ['ctl', 'http://192.168.1.1:5000/ctl'],
    // The URL standard reads these as the same address; that is where the request would go.
    ['http://192.168.257/', 'http://192.168.1.1/'],
  ])('%s is asked', (text, expected) => {
    expect(gatewayUrl(text, GATEWAY, LOCATION)?.href).toBe(expected)
  })

  test.each([
    'https://192.168.1.1/',
    'ftp://192.168.1.1/',
    'file:///etc/passwd',
    'http://192.168.1.2/',
    'http://localhost/',
    'http://router.example/',
    'http://192.168.1.1.example/',
    'http://192.168.1.1@192.168.1.9/',
    'http://user:password@192.168.1.1/',
    '//192.168.1.9/ctl',
    'http://[::ffff:192.168.1.1]/',
    'http://',
  ])('%s is not asked', (text) => {
    expect(gatewayUrl(text, GATEWAY, LOCATION)).toBeUndefined()
  })
})

describe('a description', () => {
  test('tells the services that open ports, best first', () => {
    const both = description('/one', 'WANPPPConnection:1').replace(
      '</serviceList></device></deviceList></device>',
      `<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
       <controlURL>/two</controlURL></service></serviceList></device></deviceList></device>`,
    )
    expect(controlPoints(both, LOCATION, GATEWAY).map(({ service, url }) => [service, url.href])).toEqual([
      ['urn:schemas-upnp-org:service:WANIPConnection:1', 'http://192.168.1.1:5000/two'],
      ['urn:schemas-upnp-org:service:WANPPPConnection:1', 'http://192.168.1.1:5000/one'],
    ])
  })

  test('is read against its URLBase', () => {
    const based = description('ctl').replace(
      '<device>',
      '<URLBase>http://192.168.1.1:80/upnp/</URLBase><device>',
    )
    expect(controlPoints(based, LOCATION, GATEWAY)[0]?.url.href).toBe('http://192.168.1.1/upnp/ctl')
  })

  test.each([
    ['of a printer', description('/ctl', 'PrintBasic:1')],
    ['without a place to speak to', description('')],
    ['that sends us elsewhere', description('http://192.168.1.9/ctl')],
    ['that is none', 'hello'],
    ['that is empty', ''],
  ])('%s tells none', (_what, text) => {
    expect(controlPoints(text, LOCATION, GATEWAY)).toEqual([])
  })

  test('with a thousand services tells a few', () => {
    const [before = '', after = ''] = description('/ctl').split(/<service>[^]*<\/service>/)
    const service =
      '<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/c</controlURL></service>'
    const many = before + service.repeat(900) + after
    expect(controlPoints(many, LOCATION, GATEWAY)).toHaveLength(4)
  })
})

describe('XML', () => {
  test('is read with its faults, without prefixes, and with what may stand in it', () => {
    const text = '<?xml version="1.0"?><A:Root><x>1 & 2</x><B><![CDATA[<y>]]></B><c>&lt;&amp;</c></A:Root>'
    expect(readXml(text)).toEqual([
      { path: ['root'], text: '' },
      { path: ['root', 'x'], text: '1 & 2' },
      { path: ['root', 'b'], text: '<y>' },
      { path: ['root', 'c'], text: '<&' },
    ])
  })

  test('too deep, too much, or none at all is not read', () => {
    expect(readXml('<a>'.repeat(31) + '</a>'.repeat(31))).toHaveLength(31)
    expect(readXml('<a>'.repeat(33) + '</a>'.repeat(33))).toBeUndefined()
    expect(readXml(`<r>${'<a/>'.repeat(4000)}</r>`)).toBeUndefined()
    expect(readXml('no XML')).toBeUndefined()
  })

  test('has no entities of its own', () => {
    const text =
      '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY f "long">]><r><a>&e;&f;</a></r>'
    expect(readXml(text)?.at(-1)).toEqual({ path: ['r', 'a'], text: '&e;&f;' })
  })

  test('whatever comes is read or is none', () => {
    const piece = fc.oneof(
      fc.constantFrom('<a>', '</a>', '<b c="', '>', '&', '<!', '<?', '<![CDATA[', ']]>'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(() => readXml(pieces.join(''))).not.toThrow()
      }),
    )
  })
})

describe('an answer over HTTP', () => {
  test.each([
    [MAX_ANSWER_BYTES, 200],
    [MAX_ANSWER_BYTES + 1, undefined],
  ])('of %d bytes has the status %s', async (sizeBytes, status) => {
    await using router = await ScriptedRouter.open({
      http: (_request, response) => void response.end('x'.repeat(sizeBytes)),
    })
    expect((await fetchFrom(router))?.status).toBe(status)
  })

  test('that sends us on is not followed', async () => {
    let asked = 0
    await using router = await ScriptedRouter.open({
      http: (_request, response) => {
        asked++
        response.writeHead(302, { location: '/other' }).end()
      },
    })
    expect((await fetchFrom(router))?.status).toBe(302)
    expect(asked).toBe(1)
  })

  function fetchFrom(router: ScriptedRouter): ReturnType<typeof askHttp> {
    return askHttp({ gateway: LOOPBACK, url: new URL(router.location) })
  }
})

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  description,
  foundAt,
  igd,
  mapperFor,
  ScriptedRouter,
  sendXml,
  upnp,
  type HttpScript,
  type Script,
} from './scripted-router.ts'

const PORT = 41_234
const never = new AbortController().signal

describe.concurrent('a hostile device', () => {
  test('cannot make us ask another computer', async () => {
    let asked = 0
    const other = createServer((_request, response) => {
      asked++
      response.end()
    })
    other.listen(0, '127.0.0.2')
    await once(other, 'listening')
    const address = other.address()
    const elsewhere = `http://127.0.0.2:${typeof address === 'object' ? address?.port : 0}/`
    const scripts: Script[] = [
      { search: () => foundAt(elsewhere) },
      upnp((_request, response) => {
        response.writeHead(302, { location: elsewhere })
        response.end()
      }),
      upnp((_request, response) => sendXml(response, 200, description(elsewhere))),
      upnp((_request, response) =>
        sendXml(
          response,
          200,
          description('/control').replace('<device>', `<URLBase>${elsewhere}</URLBase><device>`),
        ),
      ),
      { search: () => foundAt('file:///etc/passwd') },
    ]
    for (const script of scripts) {
      await using router = await ScriptedRouter.open(script)
      await using mapper = mapperFor(router)
      await mapper.open(PORT, never)
      expect(mapper.state.kind).not.toBe('works')
    }
    other.close()
    expect(asked).toBe(0)
  }, 30_000)

  test('cannot speak for the router', async () => {
    using owned = new DisposableStack()
    const other = owned.adopt(createSocket('udp4'), (socket) => socket.close())
    other.bind(0, '127.0.0.2')
    await once(other, 'listening')
    await using router = await ScriptedRouter.open({
      search: (location, sender) => {
        other.send(foundAt(location), sender.port, sender.address)
        return undefined
      },
      http: igd().http,
    })
    await using mapper = mapperFor(router)
    expect(await mapper.open(PORT, never)).toBeUndefined()
    expect(mapper.state).toEqual({ kind: 'absent' })
  }, 10_000)

  test.each<[string, HttpScript]>([
    [
      'an endless description',
      (_request, response) => {
        response.writeHead(200)
        const more = (): void => {
          while (response.write('<a>'.repeat(10_000)));
          if (!response.destroyed) response.once('drain', more)
        }
        response.on('error', () => undefined)
        more()
      },
    ],
    ['a description that never comes', () => undefined],
    ['a depth without bottom', (_request, response) => sendXml(response, 200, '<a>'.repeat(40_000))],
    ['no XML', (_request, response) => sendXml(response, 200, '\u0000\u0001garbage')],
    [
      'entities that grow',
      (_request, response) =>
        sendXml(
          response,
          200,
          `<!DOCTYPE r [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "&a;&a;&a;">]>${description('&b;'.repeat(1000))}`,
        ),
    ],
    ['a broken line', (request) => void request.socket.destroy()],
  ])(
    'with %s does no harm',
    async (_what, http) => {
      await using router = await ScriptedRouter.open(upnp(http))
      await using mapper = mapperFor(router)
      expect(await mapper.open(PORT, never)).toBeUndefined()
      expect(['absent', 'refused']).toContain(mapper.state.kind)
    },
    15_000,
  )
})

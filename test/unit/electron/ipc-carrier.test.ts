/** The carrier of Electron's IPC, both ends with the real code, over an IPC of our own; and what it must refuse. */

import { EventEmitter } from 'node:events'
import type { IpcMainEvent, WebContents } from 'electron'
import { describe, expect, test, vi } from 'vitest'
import { acceptConnections, CLOSE, MESSAGE, OPEN } from '#electron/main/carrier.ts'
import { createBridge } from '#electron/preload/bridge.ts'
import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import type { Carrier, DesktopBridge } from '#shared/api/carrier.ts'
import { carrierContract, Listener } from '#test/unit/shared/api/carrier-suite.ts'

/** A page and its main process: copies, later, in order, as Electron's IPC does. */
class FakePage extends EventEmitter {
  readonly toMain = new EventEmitter()
  readonly bridge: DesktopBridge
  readonly #toPage = new EventEmitter()
  isGone = false
  frame: { url: string; parent: unknown } | null = { url: 'app://beeline/', parent: null }

  constructor() {
    super()
    const ipc = {
      send: (channel: string, ...values: unknown[]) => this.say(channel, ...values),
      on: (channel: string, listener: (...values: unknown[]) => void) => this.#toPage.on(channel, listener),
    }
    this.bridge = createBridge(ipc, (file) => (file.name === 'nowhere' ? '' : `/data/${file.name}`))
  }

  /** Anything that a page might send. */
  say(channel: string, ...values: unknown[]): void {
    const copies = structuredClone(values)
    // As far as the carrier looks at it.
    const event = {
      sender: this as unknown as WebContents,
      senderFrame: this.frame,
    } as unknown as IpcMainEvent
    setImmediate(() => this.toMain.emit(channel, event, ...copies))
  }

  isDestroyed(): boolean {
    return this.isGone
  }

  send(channel: string, ...values: unknown[]): void {
    if (this.isGone) throw new TypeError('Object has been destroyed')
    setImmediate(() => this.#toPage.emit(channel, {}, ...structuredClone(values)))
  }
}

function pageCarrier(bridge: DesktopBridge): Carrier {
  const inbox = new CarrierInbox()
  const connection = bridge.connect(
    (text) => inbox.message(text),
    () => inbox.close(),
  )
  return {
    send: (text) => connection.send(text),
    close: () => connection.close(),
    attach: (events) => inbox.attach(events),
  }
}

/** @param accepted what the engine gets */
function openPage(accepted: Carrier[], log: string[] = []): FakePage {
  const page = new FakePage()
  acceptConnections(
    page.toMain,
    (carrier) => accepted.push(carrier),
    (event) => log.push(event),
  )
  return page
}

async function engineEnd(accepted: Carrier[], index = 0): Promise<Carrier> {
  return vi.waitFor(() => {
    const carrier = accepted[index]
    if (carrier === undefined) throw new Error('not connected yet')
    return carrier
  })
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

carrierContract('carrier of Electron’s IPC', async () => {
  const accepted: Carrier[] = []
  const page = openPage(accepted)
  const carrier = pageCarrier(page.bridge)
  const engine = await engineEnd(accepted)
  return { page: carrier, engine, [Symbol.asyncDispose]: async () => carrier.close() }
})

describe('the carrier of Electron’s IPC', () => {
  test.each([
    ['a frame that has gone', null],
    ['a child frame', { url: 'app://beeline/', parent: {} }],
    ['another page', { url: 'https://evil.example/', parent: null }],
    ['an empty page', { url: 'about:blank', parent: null }],
  ])('%s gets no connection', async (_who, frame) => {
    const accepted: Carrier[] = []
    const log: string[] = []
    const page = openPage(accepted, log)
    page.frame = frame
    page.say(OPEN, 'one')
    await vi.waitFor(() => expect(log).toEqual(['ipc.refused']), { timeout: 10_000 })
    await settled()
    expect([accepted, log]).toEqual([[], ['ipc.refused']])
  })

  test('a page that has become another one can neither speak nor close', async () => {
    const accepted: Carrier[] = []
    const page = openPage(accepted)
    page.say(OPEN, 'one')
    const listener = new Listener()
    ;(await engineEnd(accepted)).attach(listener)
    page.frame = { url: 'https://evil.example/', parent: null }
    page.say(MESSAGE, 'one', 'hello')
    page.say(CLOSE, 'one')
    await settled()
    expect([listener.texts, listener.closedCount]).toEqual([[], 0])
  })

  test.each([[undefined], [1], [''], ['x'.repeat(65)], [{ id: 'one' }]])(
    '%j is no connection',
    async (id) => {
      const accepted: Carrier[] = []
      const page = openPage(accepted)
      page.say(OPEN, id)
      await settled()
      expect(accepted).toEqual([])
    },
  )

  test('nonsense is dropped, and what follows arrives', async () => {
    const accepted: Carrier[] = []
    const page = openPage(accepted)
    page.say(OPEN, 'one')
    const listener = new Listener()
    ;(await engineEnd(accepted)).attach(listener)
    page.say(MESSAGE)
    page.say(MESSAGE, 'one')
    page.say(MESSAGE, 'one', { text: 'x' })
    page.say(MESSAGE, 'two', 'x')
    page.say(CLOSE, { toString: 'one' })
    page.say(OPEN, 'one')
    page.say(MESSAGE, 'one', 'fine')
    await settled()
    expect([listener.texts, listener.closedCount, accepted.length]).toEqual([['fine'], 0, 1])
  })

  test('connections of one page do not mix, and their number is limited', async () => {
    const accepted: Carrier[] = []
    const page = openPage(accepted)
    const carriers = Array.from({ length: 20 }, () => pageCarrier(page.bridge))
    await settled()
    expect(accepted).toHaveLength(16)
    const listeners = [new Listener(), new Listener()]
    carriers.slice(0, 2).forEach((carrier, i) => carrier.attach(listeners[i] ?? new Listener()))
    accepted[1]?.send('for the second')
    await settled()
    expect(listeners.map((listener) => listener.texts)).toEqual([[], ['for the second']])
    carriers[0]?.close()
    await settled()
    pageCarrier(page.bridge)
    await settled()
    expect(accepted).toHaveLength(17)
  })

  test.each(['did-navigate', 'render-process-gone', 'destroyed'])('all end at %s', async (event) => {
    const accepted: Carrier[] = []
    const page = openPage(accepted)
    pageCarrier(page.bridge)
    pageCarrier(page.bridge)
    await engineEnd(accepted, 1)
    const listeners = accepted.map((carrier) => {
      const listener = new Listener()
      carrier.attach(listener)
      return listener
    })
    if (event === 'destroyed') page.isGone = true
    page.emit(event)
    expect(listeners.map((listener) => listener.closedCount)).toEqual([1, 1])
    // Into the void, and not an error.
    for (const carrier of accepted) carrier.send('too late')
  })

  test('only real files have paths, and those that lie nowhere are left out', () => {
    const files = [new File(['x'], 'a.txt'), new File([], 'nowhere'), { name: 'forged' }, 'text', null]
    expect(openPage([]).bridge.pathsOf(files)).toEqual(['/data/a.txt'])
  })
})

/** A carrier whose far end is `window.beeline` of a shell's page: the spec speaks with the engine as the page would. */

import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import type { Carrier, CarrierEvents } from '#shared/api/carrier.ts'
import type { StartedShell } from './shell-driver.ts'

let lastNumber = 0

export async function connectPage(shell: StartedShell): Promise<Carrier> {
  const number = ++lastNumber
  const carrier = new PageCarrier(shell, number)
  await shell.evaluate(`
    globalThis.specConnections ??= new Map()
    specConnections.set(${number}, window.beeline.connect(
      (text) => tellSpec('message', [${number}, text]),
      () => tellSpec('closed', [${number}]),
    ))
    undefined
  `)
  return carrier
}

class PageCarrier implements Carrier {
  readonly #shell: StartedShell
  readonly #connection: string
  readonly #inbox = new CarrierInbox()
  readonly #unsubscribe: () => void
  readonly #unsaid: string[] = []
  #last: Promise<unknown> = Promise.resolve()

  constructor(shell: StartedShell, number: number) {
    this.#shell = shell
    this.#connection = `specConnections.get(${number})`
    this.#unsubscribe = shell.onTold((name, value) => {
      if (!Array.isArray(value) || value[0] !== number) return
      if (name === 'message') this.#inbox.message(String(value[1]))
      else if (name === 'closed') this.#end()
    })
  }

  attach(events: CarrierEvents): void {
    this.#inbox.attach(events)
  }

  send(text: string): void {
    if (!this.#inbox.isClosed) this.#say(`send(${JSON.stringify(text)})`)
  }

  close(): void {
    if (this.#inbox.isClosed) return
    this.#say('close()')
    this.#end()
  }

  #end(): void {
    this.#unsubscribe()
    this.#inbox.close()
  }

  /** All that was said at once goes in one go, and after what went before. */
  #say(call: string): void {
    if (this.#unsaid.push(`${this.#connection}.${call}`) > 1) return
    this.#last = this.#last
      .then(() => this.#shell.evaluate(`${this.#unsaid.splice(0).join(';')}; undefined`))
      // A page that has gone hears nothing, as with any carrier.
      .catch(() => undefined)
  }
}

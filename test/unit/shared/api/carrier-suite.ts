/** What every carrier promises, and what the contract over it does, as cases that each implementation runs. */

import { describe, expect, test } from 'vitest'
import type { Carrier, CarrierEvents } from '#shared/api/carrier.ts'
import { rpcContract, waitFor } from './rpc-suite.ts'

/** Two ends that are connected: a UI's and the engine's. */
export interface CarrierPair extends AsyncDisposable {
  readonly page: Carrier
  readonly engine: Carrier
}

export class Listener implements CarrierEvents {
  readonly texts: string[] = []
  closedCount = 0

  message(text: string): void {
    if (this.closedCount > 0) throw new Error('a message after the end')
    this.texts.push(text)
  }

  closed(): void {
    this.closedCount++
  }
}

function attach(carrier: Carrier): Listener {
  const listener = new Listener()
  carrier.attach(listener)
  return listener
}

/** Long enough for whatever is on its way; only shows what must not come. Milliseconds. */
const PASSING_MS = 50

async function pass(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PASSING_MS))
}

export function carrierContract(name: string, openPair: () => Promise<CarrierPair>): void {
  describe(`the ${name}`, () => {
    test('carries messages whole and in order, in both directions', async () => {
      await using pair = await openPair()
      const [atPage, atEngine] = [attach(pair.page), attach(pair.engine)]
      const texts = Array.from({ length: 200 }, (_, i) => `${i} é 한 😀 \u0000 \u2028 "${'x'.repeat(i)}`)
      for (const text of texts) {
        pair.page.send(text)
        pair.engine.send(`${text}!`)
      }
      await waitFor(() => expect([atPage.texts.length, atEngine.texts.length]).toEqual([200, 200]))
      expect(atEngine.texts).toEqual(texts)
      expect(atPage.texts).toEqual(texts.map((text) => `${text}!`))
    })

    test('carries a message of 8 MiB whole', async () => {
      await using pair = await openPair()
      const [atPage, atEngine] = [attach(pair.page), attach(pair.engine)]
      const text = 'beeline '.repeat(1024 * 1024)
      pair.page.send(text)
      pair.engine.send(text)
      await waitFor(() => expect([atPage.texts.length, atEngine.texts.length]).toEqual([1, 1]))
      expect([atPage.texts[0] === text, atEngine.texts[0] === text]).toEqual([true, true])
    })

    test('carries the empty message', async () => {
      await using pair = await openPair()
      const atEngine = attach(pair.engine)
      pair.page.send('')
      await waitFor(() => expect(atEngine.texts).toEqual(['']))
    })

    test('never delivers within send', async () => {
      await using pair = await openPair()
      const atEngine = attach(pair.engine)
      pair.page.send('one')
      expect(atEngine.texts).toEqual([])
      await waitFor(() => expect(atEngine.texts).toEqual(['one']))
    })

    test('keeps what comes before somebody listens', async () => {
      await using pair = await openPair()
      pair.page.send('one')
      pair.page.send('two')
      await pass()
      const atEngine = attach(pair.engine)
      await waitFor(() => expect(atEngine.texts).toEqual(['one', 'two']))
    })

    test.each(['page', 'engine'] as const)(
      'closed by the %s, both are told once, and nothing comes afterwards',
      async (closer) => {
        await using pair = await openPair()
        const other = closer === 'page' ? 'engine' : 'page'
        const [atCloser, atOther] = [attach(pair[closer]), attach(pair[other])]
        pair[closer].send('last words')
        pair[closer].close()
        pair[closer].close()
        pair[closer].send('too late')
        pair[other].send('crossing')
        await waitFor(() => expect([atCloser.closedCount, atOther.closedCount]).toEqual([1, 1]))
        pair[other].send('too late')
        pair[other].close()
        await pass()
        expect([atCloser.closedCount, atOther.closedCount]).toEqual([1, 1])
        expect([atCloser.texts, atOther.texts]).toEqual([[], ['last words']])
      },
    )

    test('tells a late listener that it is closed, after what had come', async () => {
      await using pair = await openPair()
      const atPage = attach(pair.page)
      pair.page.send('one')
      pair.page.close()
      await waitFor(() => expect(atPage.closedCount).toBe(1))
      await pass()
      const atEngine = attach(pair.engine)
      await waitFor(() => expect([atEngine.texts, atEngine.closedCount]).toEqual([['one'], 1]))
    })

    rpcContract(openPair)
  })
}

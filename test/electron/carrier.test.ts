/** The carrier between a page of Chromium's and a main process, through the built preload: the conformance suite. */

import path from 'node:path'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import type { Carrier } from '#shared/api/carrier.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { carrierContract } from '#test/unit/shared/api/carrier-suite.ts'
import { DoubleShell } from './double-shell.ts'
import { connectPage } from './page-carrier.ts'

const problem = inject('noChromium')
let home: TempFolder
let shell: DoubleShell
let accepted = 0

beforeAll(async () => {
  if (problem !== null) return
  home = await TempFolder.create()
  shell = await DoubleShell.start({
    entry: path.join(import.meta.dirname, 'mains/carrier-main.ts'),
    home: home.path,
    environment: { SPEC_OUT: inject('shellOut') },
  })
  shell.onTold((name) => {
    if (name === 'carrier') accepted++
  })
})
afterAll(async () => {
  await shell?.[Symbol.asyncDispose]()
  home?.[Symbol.dispose]()
})

/** The main process's end, from here. */
function engineEnd(number: number): Carrier {
  const inbox = new CarrierInbox()
  shell.onTold((name, value) => {
    if (!Array.isArray(value) || value[0] !== number) return
    if (name === 'carrier.message') inbox.message(String(value[1]))
    else if (name === 'carrier.closed') inbox.close()
  })
  // At the end of a spec there may be nobody left to hear it.
  const say = (name: string, ...values: unknown[]): void =>
    void shell.act(name, ...values).catch(() => undefined)
  return {
    attach(events) {
      inbox.attach(events)
      say('carrier.attach', number)
    },
    send: (text) => say('carrier.send', number, text),
    close: () => say('carrier.close', number),
  }
}

describe.skipIf(problem !== null)(`on the double${problem === null ? '' : `: ${problem}`}`, () => {
  carrierContract('carrier of Electron’s IPC', async () => {
    const number = accepted
    const page = await connectPage(shell)
    // Its connection was on its way before this question.
    while (accepted === number) await shell.evaluate('1')
    return { page, engine: engineEnd(number), [Symbol.asyncDispose]: async () => page.close() }
  })
})

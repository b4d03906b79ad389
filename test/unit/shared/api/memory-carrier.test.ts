/** The carrier of tests keeps the promises of a real one. */

import { expect, test } from 'vitest'
import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import { memoryCarriers } from '#shared/api/memory-carrier.ts'
import { carrierContract, Listener } from './carrier-suite.ts'

carrierContract('memory carrier', () => {
  const [page, engine] = memoryCarriers()
  return Promise.resolve({
    page,
    engine,
    [Symbol.asyncDispose]: () => {
      page.close()
      return Promise.resolve()
    },
  })
})

test('an inbox that is closed takes nothing more, whether somebody listens or not', () => {
  const [early, late] = [new CarrierInbox(), new CarrierInbox()]
  const [atEarly, atLate] = [new Listener(), new Listener()]
  early.attach(atEarly)
  for (const inbox of [early, late]) {
    inbox.message('one')
    inbox.close()
    inbox.close()
    inbox.message('too late')
  }
  late.attach(atLate)
  expect([atEarly.texts, atLate.texts]).toEqual([['one'], ['one']])
  expect([atEarly.closedCount, atLate.closedCount]).toEqual([1, 1])
  expect(() => late.attach(atLate)).toThrow('attached once')
})

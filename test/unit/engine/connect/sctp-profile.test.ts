/** The library's SCTP settings hold for the whole process, and only for connections that are made afterwards. */

import nodeDataChannel from 'node-datachannel'
import { expect, test, vi } from 'vitest'
import { applySctpProfile } from '#engine/connect/sctp-profile.ts'

test('acknowledgements hardly wait, which is said once', () => {
  const set = vi.spyOn(nodeDataChannel, 'setSctpSettings').mockImplementation(() => undefined)
  applySctpProfile()
  applySctpProfile()
  expect(set).toHaveBeenCalledExactlyOnceWith({ delayedSackTime: 1 })
})

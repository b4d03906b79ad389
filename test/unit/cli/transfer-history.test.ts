import { expect, test } from 'vitest'
import { TransferHistory } from '#cli/transfer-history.ts'
import { peerView, routeOf, transferView } from './fake-engine.ts'

test('a peer that left is named with its bytes and its last route', () => {
  const history = new TransferHistory()
  history.observe(transferView({ peers: [peerView({ route: routeOf('relayed'), receivedBytes: 5 })] }), 0)
  history.observe(
    transferView({ peers: [peerView({ state: 'connecting', route: null, receivedBytes: 5 })] }),
    10,
  )
  const result = history.result(transferView({ peers: [] }), 'ab', 'finished', 20)
  expect(result.peers).toEqual([
    {
      name: 'bert',
      routeKind: 'relayed',
      route: 'relayed through 203.0.113.7',
      reason: 'no-direct-path',
      history: [],
      receivedBytes: 5,
      sentBytes: 0,
    },
  ])
})

test('bytes of a peer that came back are added up', () => {
  const history = new TransferHistory()
  for (const receivedBytes of [100, 700, 20, 50]) {
    history.observe(transferView({ peers: [peerView({ receivedBytes })] }), 0)
  }
  expect(history.result(transferView({ peers: [] }), 'ab', 'finished', 1).peers[0]?.receivedBytes).toBe(750)
})

test('waiting for the sender does not spoil the average', () => {
  const history = new TransferHistory()
  history.observe(transferView({ state: 'looking' }), 0)
  history.observe(transferView({ state: 'receiving' }), 60_000)
  const result = history.result(
    transferView({ state: 'seeding', receivedBytes: 10_000 }),
    'ab',
    'finished',
    62_000,
  )
  expect([result.durationMs, result.averageBytesPerSecond]).toEqual([2000, 5000])
})

test('nor does a sender who goes on waiting when all is sent', () => {
  const history = new TransferHistory()
  const sending = { role: 'send', state: 'seeding', peers: [peerView({ sentBytes: 1 })] }
  history.observe(transferView({ ...sending, upBytesPerSecond: 1 }), 1000)
  history.observe(transferView({ ...sending, upBytesPerSecond: 1 }), 3000)
  const result = history.result(transferView({ ...sending, sentBytes: 4000 }), 'ab', 'stopped', 99_000)
  expect(result.averageBytesPerSecond).toBe(2000)
})

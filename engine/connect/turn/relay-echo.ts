/** Sends bytes through a relay to somebody who sends them back, and says how long that took. */

import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { AppError } from '#shared/errors.ts'
import { equalBytes } from '#shared/encoding/bytes.ts'
import { pause } from '../../coordinator-client/pause.ts'
import { Allocation } from './allocation.ts'
import type { Endpoint } from './stun-values.ts'
import type { TurnClientOptions } from './turn-client.ts'

/** Of each probe: more than a relay would guess, less than any path's MTU. */
const PROBE_BYTES = 512
/** Rounds that are timed. */
const ROUNDS = 5
/** When a lost probe is sent again, and how often. Milliseconds. */
const REPEAT_MS = 500
const MAX_SENDINGS = 6

/** What a server refuses that has nothing against relaying as such. */
const TRY_OTHERWISE = new Set(['turn.forbidden', 'turn.quota', 'turn.no-relay'])

type OnData = (from: Endpoint, bytes: Uint8Array) => void

/**
 * Through the relay and back, milliseconds, the middle of several. First with a second relay address at the same server
 * as the other end; where the server has something against that, with a plain socket of this device. Rejects with
 * AppError `turn.*`, or the signal's reason.
 *
 * @param inbox where the first allocation's data arrives
 */
export async function measureRelay(
  allocation: Allocation,
  inbox: { onData: OnData },
  options: TurnClientOptions,
  signal: AbortSignal,
): Promise<number> {
  try {
    return await throughTwoRelays(allocation, inbox, options, signal)
  } catch (error) {
    if (!(error instanceof AppError) || !TRY_OTHERWISE.has(error.code)) throw error
    return await throughOneRelay(allocation, inbox, signal)
  }
}

async function throughTwoRelays(
  near: Allocation,
  inbox: { onData: OnData },
  options: TurnClientOptions,
  signal: AbortSignal,
): Promise<number> {
  let echo: OnData = () => undefined
  await using far = await Allocation.open({ ...options, onData: (from, bytes) => echo(from, bytes) }, signal)
  echo = (from, bytes) => far.send(from, bytes)
  await near.permit(far.relayed, signal)
  await far.permit(near.relayed, signal)
  return await timeRounds((probe) => near.send(far.relayed, probe), inbox, signal)
}

async function throughOneRelay(
  near: Allocation,
  inbox: { onData: OnData },
  signal: AbortSignal,
): Promise<number> {
  // Behind a router every socket of this device has the same address, as a rule.
  await near.permit(near.mapped, signal)
  using socket = await connectedSocket(near.relayed)
  // The first packet goes out, so that a router in between lets the others in; the relay says where it came from.
  inbox.onData = (from, bytes) => near.send(from, bytes)
  return await timeRounds(
    (probe) => socket.opened.send(probe, () => undefined),
    {
      set onData(listener: OnData) {
        socket.opened.removeAllListeners('message')
        socket.opened.on('message', (bytes) => listener(near.relayed, bytes))
      },
    },
    signal,
  )
}

async function timeRounds(
  send: (probe: Uint8Array) => void,
  inbox: { onData: OnData },
  signal: AbortSignal,
): Promise<number> {
  const roundTripsMs: number[] = []
  for (let round = 0; round < ROUNDS; round++) roundTripsMs.push(await timeRound(send, inbox, signal))
  return roundTripsMs.sort((left, right) => left - right)[ROUNDS >> 1] ?? 0
}

async function timeRound(
  send: (probe: Uint8Array) => void,
  inbox: { onData: OnData },
  signal: AbortSignal,
): Promise<number> {
  for (let sending = 0; sending < MAX_SENDINGS; sending++) {
    signal.throwIfAborted()
    // Each sending has bytes of its own, so that a late answer to an earlier one is not taken for a quick one.
    const probe = randomBytes(PROBE_BYTES)
    const arrived = new AbortController()
    inbox.onData = (_from, bytes) => {
      if (equalBytes(bytes, probe)) arrived.abort()
    }
    const startedMs = performance.now()
    send(probe)
    await pause(REPEAT_MS, AbortSignal.any([signal, arrived.signal]))
    if (arrived.signal.aborted) return performance.now() - startedMs
  }
  signal.throwIfAborted()
  throw new AppError('turn.no-relay', { detail: `${MAX_SENDINGS} packets were lost` })
}

async function connectedSocket({ address, port }: Endpoint): Promise<{ opened: Socket } & Disposable> {
  const opened = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // Later errors are lost packets, which are counted.
  opened.on('error', (cause) => {
    reject(new AppError('turn.no-relay', { detail: 'the relay address cannot be reached', cause }))
  })
  opened.once('connect', resolve)
  opened.connect(port, address)
  const socket = { opened, [Symbol.dispose]: () => void opened.close() }
  try {
    await promise
  } catch (error) {
    opened.close()
    throw error
  }
  return socket
}

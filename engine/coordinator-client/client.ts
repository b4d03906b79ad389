/**
 * One coordinator as the engine sees it: joins topics, keeps summaries there, and comes back after every outage
 * until it is closed. Speaks over one WebSocket.
 */

import { fromBase64Url } from '#shared/encoding/base64url.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { ClientMessage, ServerMessage } from '#shared/protocol/coordinator-messages.ts'
import type { Topic } from '#shared/share/keys.ts'
import type { CoordinatorClientOptions } from './client-options.ts'
import { Connection, ConnectionLost, Refusal } from './connection.ts'
import { dial, type Dialled } from './dial.ts'
import { KeptSummaries, type KeptSummary, type SummaryOwner } from './kept-summaries.ts'
import { Listeners, type Unsubscribe } from './listeners.ts'
import { LoginRenewal } from './login-renewal.ts'
import { pause } from './pause.ts'
import { Rounds } from './rounds.ts'
import { DEFAULT_TIMING, serverAheadMs, type ClientTiming } from './timing.ts'
import { ClientTopicSession, type TopicSession } from './topic-session.ts'

export type { CoordinatorClientOptions } from './client-options.ts'
export type { KeptSummary, SummaryOwner } from './kept-summaries.ts'
export type { Unsubscribe } from './listeners.ts'
export type { JoinedInfo, TopicSession } from './topic-session.ts'

export type CoordinatorState = 'connecting' | 'online' | 'offline'

/** Between a lost connection and the same request on the next one. Milliseconds. */
const RETRY_PAUSE_MS = 20

export class CoordinatorClient implements AsyncDisposable {
  readonly #dial: (firstIndex: number, signal: AbortSignal) => Promise<Dialled>
  readonly #now: () => number
  readonly #timing: ClientTiming
  readonly #log: (event: string, fields: Record<string, number | string>) => void
  readonly #states = new Listeners<[state: CoordinatorState, nextRetryMs?: number]>()
  readonly #sessions = new Map<Topic, ClientTopicSession>()
  /** The connection on which a session has sent its join: once on each. */
  readonly #joining = new WeakMap<TopicSession, Connection>()
  readonly #renewal = new LoginRenewal()
  readonly #summaries: KeptSummaries
  readonly #rounds: Rounds
  readonly #closing = new AbortController()
  readonly #running: Promise<void>
  #state: CoordinatorState = 'connecting'
  #connection: Connection | undefined
  #lastFailure: AppError | undefined
  #serverAheadMs = 0

  /** Starts to connect at once. */
  constructor(options: CoordinatorClientOptions) {
    const { addresses, proxy, earlyDial } = options
    this.#dial = (firstIndex, signal) =>
      earlyDial?.take(addresses, proxy, signal) ?? dial(addresses, firstIndex, this.#timing, signal, proxy)
    this.#now = options.now ?? Date.now
    this.#timing = { ...DEFAULT_TIMING, ...options.timing }
    this.#rounds = new Rounds(this.#timing, options.random ?? Math.random, this.#closing.signal)
    this.#log = options.log ?? (() => undefined)
    this.#summaries = new KeptSummaries(
      {
        request: (build, signal) => this.#request(build, signal),
        now: this.#now,
        serverNow: () => this.#now() + this.#serverAheadMs,
        log: this.#log,
      },
      this.#timing,
    )
    this.#running = this.#run()
  }

  get state(): CoordinatorState {
    return this.#state
  }

  /** `nextRetryMs` comes with 'offline': the wait before the next attempt. */
  onState(callback: (state: CoordinatorState, nextRetryMs?: number) => void): Unsubscribe {
    return this.#states.add(callback)
  }

  /** Resolves when online. Throws AppError `coordinator.unreachable` when the signal or the limit comes first. */
  async ready(signal?: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(this.#timing.readyTimeoutMs)
    try {
      await this.#online(signal === undefined ? limit : AbortSignal.any([signal, limit]))
    } catch (cause) {
      const detail = this.#lastFailure?.detail ?? 'no answer yet'
      throw new AppError('coordinator.unreachable', { detail, cause: this.#lastFailure ?? cause })
    }
  }

  /** One session per topic at a time. `token`: 16 to 32 random bytes that only this device has. */
  join(topic: Topic, token: Uint8Array): TopicSession {
    if (this.#closing.signal.aborted) throw new Error('join after close')
    if (this.#sessions.has(topic)) throw new Error('there is a session for this topic already')
    if (token.length < 16 || token.length > 32) throw new RangeError('a join token has 16 to 32 bytes')
    const session = new ClientTopicSession(topic, token, {
      send: (message) => this.#connection?.send(message) ?? false,
      request: (build, signal) => this.#request(build, signal),
      onLeft: (left) => {
        if (this.#sessions.get(left.topic) === left) this.#sessions.delete(left.topic)
        this.#renewal.forget(left.topic)
      },
    })
    this.#sessions.set(topic, session)
    // In a later turn, so that the caller can subscribe first even when the answer is immediate.
    queueMicrotask(() => this.#startJoin(session))
    return session
  }

  /** Undefined when none is kept there. Throws AppError `coordinator.*`, or the signal's reason. */
  async getSummary(topic: Topic, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const answer = await this.#request((id) => ({ type: 'summary.get', id, topic }), signal)
    if (answer.type !== 'summary' || answer.topic !== topic) {
      throw new AppError('coordinator.protocol', { detail: `“${answer.type}” in answer to “summary.get”` })
    }
    return answer.box === null ? undefined : fromBase64Url(answer.box)
  }

  /**
   * Keeps it there: put again after every reconnect and refreshed before it expires, until `deleteSummary` or
   * another put. Resolves when the coordinator first has it; throws AppError when that fails now, and goes on
   * trying all the same.
   */
  putSummary(summary: KeptSummary): Promise<void> {
    return this.#summaries.put(summary)
  }

  /** Not kept any longer, even when this throws because of an outage: then it expires there by itself. */
  deleteSummary(owner: SummaryOwner, signal: AbortSignal = this.#closing.signal): Promise<void> {
    return this.#summaries.delete(owner, signal)
  }

  /**
   * The network has changed, or there is reason to believe so: what is silent is dropped, and the next attempt is made
   * now and not after the pause of earlier failures.
   */
  renew(): void {
    const isNew = this.#rounds.hurry(performance.now(), this.#connection !== undefined)
    if (isNew) this.#connection?.probe(this.#timing.renewPongMs)
  }

  /** Leaves every topic. What is kept at the coordinator stays there until it expires. */
  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort(new AppError('coordinator.unreachable', { detail: 'the client is closed' }))
      this.#summaries.close()
      for (const session of this.#sessions.values()) session.leave()
      this.#states.clear()
    }
    await this.#running
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Dials, stays until the connection ends, waits, dials again; for ever. Throws nothing. */
  async #run(): Promise<void> {
    const closing = this.#closing.signal
    let firstIndex = 0
    while (!closing.aborted) {
      this.#setState('connecting')
      const round = this.#rounds.begin()
      try {
        const dialled = await this.#dial(firstIndex, round)
        firstIndex = dialled.index
        this.#rounds.reached()
        const sinceMs = performance.now()
        const reason = await this.#stay(dialled)
        this.#rounds.lasted(performance.now() - sinceMs)
        this.#lastFailure = reason
      } catch (thrown) {
        this.#lastFailure = toAppError(thrown)
      }
      if (closing.aborted) break
      const delayMs = this.#rounds.pauseMs()
      this.#log('coordinator.offline', { code: this.#lastFailure.code, retryMs: delayMs })
      this.#setState('offline', delayMs)
      await pause(delayMs, round)
    }
    this.#setState('offline')
  }

  /** One connection from its opening to its end. */
  async #stay(dialled: Dialled): Promise<AppError> {
    const closing = this.#closing.signal
    const ended = Promise.withResolvers<AppError>()
    const connection = new Connection(dialled.socket, this.#timing, {
      onMessage: (message) => this.#receive(message),
      onClosed: (reason) => ended.resolve(reason),
    })
    const onClosing = (): void => ended.resolve(toAppError(closing.reason))
    closing.addEventListener('abort', onClosing, { once: true })
    if (closing.aborted) onClosing()
    this.#serverAheadMs = serverAheadMs(dialled.serverTimeMs, this.#now())
    this.#connection = connection
    this.#log('coordinator.online', { topics: this.#sessions.size })
    this.#setState('online')
    for (const session of this.#sessions.values()) this.#startJoin(session)
    void this.#summaries.putAll()

    const reason = await ended.promise
    closing.removeEventListener('abort', onClosing)
    this.#connection = undefined
    for (const session of this.#sessions.values()) session.acceptOffline()
    if (closing.aborted) await connection.close()
    return reason
  }

  #startJoin(session: ClientTopicSession): void {
    const connection = this.#connection
    if (connection === undefined) return // joined as soon as there is one
    if (this.#joining.get(session) === connection) return
    this.#joining.set(session, connection)
    this.#join(session, connection).catch((thrown: unknown) => {
      if (connection !== this.#connection || thrown instanceof ConnectionLost) return
      if (thrown instanceof Refusal) {
        session.acceptRefusal(thrown)
        this.#joining.delete(session)
        void pause(this.#timing.backoffMaxMs, this.#closing.signal).then(() => this.#startJoin(session))
        return
      }
      // No answer to a join, or a wrong one: this connection is of no use.
      connection.fail(
        new AppError('coordinator.protocol', { detail: 'a join was not answered', cause: thrown }),
      )
    })
  }

  async #join(session: ClientTopicSession, connection: Connection): Promise<void> {
    if (this.#sessions.get(session.topic) !== session) return
    const limit = AbortSignal.timeout(this.#timing.requestTimeoutMs)
    const answer = await connection.request((id) => session.joinMessage(id), limit)
    if (answer.type !== 'joined' || answer.topic !== session.topic || answer.you !== session.peerId) {
      throw new AppError('coordinator.protocol', { detail: 'a wrong answer to a join' })
    }
    // Left and joined anew meanwhile: the new session plans for itself.
    if (connection !== this.#connection || this.#sessions.get(session.topic) !== session) return
    session.acceptJoined(answer)
    this.#renewal.plan(session.topic, answer.iceServersLifeMs, () => {
      this.#joining.delete(session)
      this.#startJoin(session)
    })
  }

  #receive(message: ServerMessage): void {
    if ('topic' in message) this.#sessions.get(message.topic)?.acceptMessage(message)
    else if (message.type === 'refused') this.#log('coordinator.refused', { reason: message.reason })
  }

  /** On this connection or, all requests being repeatable, on the next ones, until the signal or the limit. */
  async #request(build: (id: number) => ClientMessage, signal: AbortSignal): Promise<ServerMessage> {
    const limit = AbortSignal.timeout(this.#timing.requestTimeoutMs)
    const stop = AbortSignal.any([signal, limit, this.#closing.signal])
    for (;;) {
      try {
        const connection = await this.#online(stop)
        return await connection.request(build, stop)
      } catch (thrown) {
        if (thrown instanceof ConnectionLost && !stop.aborted) {
          // The end of a connection becomes known in steps; without a pause this would spin until the last one.
          await pause(RETRY_PAUSE_MS, stop)
          if (!stop.aborted) continue
        }
        signal.throwIfAborted()
        this.#closing.signal.throwIfAborted()
        if (!limit.aborted) throw thrown
        const detail = this.#connection === undefined ? this.#lastFailure?.detail : undefined
        throw new AppError('coordinator.unreachable', {
          detail: detail ?? 'it did not answer',
          cause: thrown,
        })
      }
    }
  }

  async #online(signal: AbortSignal): Promise<Connection> {
    const stop = AbortSignal.any([signal, this.#closing.signal])
    stop.throwIfAborted()
    if (this.#connection !== undefined) return this.#connection
    const { promise, resolve, reject } = Promise.withResolvers<Connection>()
    const onAbort = (): void => reject(stop.reason)
    stop.addEventListener('abort', onAbort, { once: true })
    const unsubscribe = this.#states.add(() => {
      if (this.#connection !== undefined) resolve(this.#connection)
    })
    try {
      return await promise
    } finally {
      stop.removeEventListener('abort', onAbort)
      unsubscribe()
    }
  }

  #setState(state: CoordinatorState, nextRetryMs?: number): void {
    if (state === this.#state && state !== 'offline') return
    this.#state = state
    this.#states.emit(state, nextRetryMs)
  }
}

/**
 * The page's hold on the engine: one connection, opened again whenever it is lost. What is asked meanwhile fails with
 * `api.closed`; what is watched goes on by itself.
 */

import type {
  CallInput,
  CallName,
  CallOutput,
  Remote,
  StreamInput,
  StreamItem,
  StreamName,
} from '#shared/api/contract.ts'
import { AppError, toAppError } from '#shared/errors.ts'

/** Between two tries, at first and at most, milliseconds. */
const RETRY_MS = 250
const MAX_RETRY_MS = 4000

export type EngineState = 'connecting' | 'online' | 'lost'

/** `call` and `stream` as the contract has them; both also fail with `api.closed` while the connection is lost. */
export interface Engine extends Pick<Remote, 'call' | 'stream'> {
  readonly state: EngineState
  onState(listener: () => void): () => void
}

export class ReconnectingEngine implements Engine {
  state: EngineState = 'connecting'
  readonly #connect: (signal: AbortSignal) => Promise<Remote>
  readonly #onOnline: (remote: Remote) => void
  readonly #listeners = new Set<() => void>()
  #remote: Remote | undefined

  /** @param onOnline a new connection stands: what must be watched is to be watched again */
  constructor(connect: (signal: AbortSignal) => Promise<Remote>, onOnline: (remote: Remote) => void) {
    this.#connect = connect
    this.#onOnline = onOnline
  }

  /** Runs until the signal is aborted. Rejects only with what no further try can mend (a login is needed). */
  async run(signal: AbortSignal): Promise<void> {
    let waitMs = RETRY_MS
    while (!signal.aborted) {
      try {
        const remote = await this.#connect(signal)
        waitMs = RETRY_MS
        this.#remote = remote
        this.#enter('online')
        this.#onOnline(remote)
        await remote.closed
      } catch (thrown) {
        if (toAppError(thrown).code !== 'api.closed') throw thrown
      }
      this.#remote = undefined
      this.#enter('lost')
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      waitMs = Math.min(MAX_RETRY_MS, waitMs * 2)
    }
  }

  onState(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  call<K extends CallName>(name: K, input: CallInput<K>, signal?: AbortSignal): Promise<CallOutput<K>> {
    return this.#remote?.call(name, input, signal) ?? Promise.reject(new AppError('api.closed'))
  }

  stream<K extends StreamName>(
    name: K,
    input: StreamInput<K>,
    onItem: (item: StreamItem<K>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#remote?.stream(name, input, onItem, signal) ?? Promise.reject(new AppError('api.closed'))
  }

  #enter(state: EngineState): void {
    if (this.state === state) return
    this.state = state
    for (const listener of this.#listeners) listener()
  }
}

/**
 * The engine's end of the contract on one carrier. Whatever arrives is hostile until it is parsed; what an
 * implementation throws reaches the page as a known code, or as `internal` and nothing else. Pure.
 */

import * as v from 'valibot'
import { AppError, toAppError } from '../errors.ts'
import type { Carrier } from './carrier.ts'
import { calls, streams, type CallName, type Implementation, type StreamName } from './contract.ts'
import {
  decodeRequest,
  describeIssue,
  encodeAnswer,
  MAX_IN_FLIGHT,
  type AnswerMessage,
  type RequestId,
  type RequestMessage,
} from './rpc-messages.ts'

export interface ServeOptions {
  /** Event name and fields, none of a person. */
  readonly log?: (event: string, fields: Record<string, string | number | boolean>) => void
  /** An implementation threw what it should not have; for `--verbose`, since the page is not told. */
  readonly onInternal?: (thrown: unknown, name: string) => void
}

export interface ServedContract {
  /** Ends the carrier, and with it everything in flight. */
  close(): void
}

/** Answers calls and streams until the carrier closes. */
export function serveContract(
  carrier: Carrier,
  implementation: Implementation,
  options: ServeOptions = {},
): ServedContract {
  const server = new RpcServer(carrier, implementation, options)
  carrier.attach({
    message: (text) => server.receive(text),
    closed: () => server.end(),
  })
  return {
    close: () => {
      server.end()
      carrier.close()
    },
  }
}

class RpcServer {
  readonly #carrier: Carrier
  readonly #implementation: Implementation
  readonly #options: ServeOptions
  /** Also what was cancelled and has not ended yet: opening and cancelling must not get around the limit. */
  readonly #inFlight = new Map<RequestId, AbortController>()
  #lastId = 0
  #isOver = false

  constructor(carrier: Carrier, implementation: Implementation, options: ServeOptions) {
    this.#carrier = carrier
    this.#implementation = implementation
    this.#options = options
  }

  receive(text: string): void {
    if (this.#isOver) return
    try {
      this.#accept(decodeRequest(text))
    } catch (thrown) {
      this.#options.log?.('api.protocol', { detail: toAppError(thrown).detail ?? '' })
      this.end()
      this.#carrier.close()
    }
  }

  /** Idempotent. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const controller of this.#inFlight.values()) controller.abort(new AppError('api.closed'))
  }

  /** Throws AppError `api.protocol`. */
  #accept(message: RequestMessage): void {
    if (message.type === 'cancel') {
      if (message.id > this.#lastId) throw new AppError('api.protocol', { detail: 'cancelled before opened' })
      this.#inFlight.get(message.id)?.abort(new AppError('transfer.stopped'))
      return
    }
    const { id, name, input } = message
    if (id <= this.#lastId) throw new AppError('api.protocol', { detail: 'a number was used twice' })
    this.#lastId = id
    if (this.#inFlight.size >= MAX_IN_FLIGHT) {
      this.#fail(id, new AppError('api.unavailable', { detail: `more than ${MAX_IN_FLIGHT} at once` }), name)
    } else if (Object.hasOwn(calls, name)) void this.#run(id, name, this.#call(name as CallName, input))
    else if (Object.hasOwn(streams, name))
      void this.#run(id, name, this.#stream(id, name as StreamName, input))
    else this.#fail(id, new AppError('api.unavailable', { detail: 'not in the contract' }), name)
  }

  async #run(id: RequestId, name: string, act: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const controller = new AbortController()
    this.#inFlight.set(id, controller)
    try {
      const output = await act(controller.signal)
      this.#answer({ type: 'done', id, output: output ?? null }, controller.signal)
    } catch (thrown) {
      if (!controller.signal.aborted) this.#fail(id, thrown, name)
    } finally {
      // What a handler has left behind ends too, and what it emits late is not heard.
      this.#inFlight.delete(id)
      controller.abort(new AppError('transfer.stopped'))
    }
  }

  #call<K extends CallName>(name: K, input: unknown): (signal: AbortSignal) => Promise<unknown> {
    // Input and handler stand under the same name; the compiler does not follow that through a union.
    const handle = this.#implementation.calls[name] as (
      parsed: unknown,
      signal: AbortSignal,
    ) => Promise<unknown>
    return async (signal) => handle(parseInput(calls[name].input, input), signal)
  }

  #stream<K extends StreamName>(
    id: RequestId,
    name: K,
    input: unknown,
  ): (signal: AbortSignal) => Promise<unknown> {
    const handle = this.#implementation.streams[name] as (
      parsed: unknown,
      signal: AbortSignal,
      emit: (item: unknown) => void,
    ) => Promise<void>
    return async (signal) => {
      const { promise: failed, reject } = Promise.withResolvers<never>()
      // Always awaited below, but perhaps not before it rejects.
      failed.catch(() => undefined)
      const emit = (item: unknown): void => {
        try {
          this.#answer({ type: 'item', id, item }, signal)
        } catch (thrown) {
          reject(thrown)
        }
      }
      await Promise.race([handle(parseInput(streams[name].input, input), signal, emit), failed])
      return null
    }
  }

  #answer(message: AnswerMessage, signal: AbortSignal): void {
    if (this.#isOver || signal.aborted) return
    const text = encodeAnswer(message)
    if (text === undefined) throw new AppError('api.unavailable', { detail: 'the answer is too long' })
    this.#carrier.send(text)
  }

  #fail(id: RequestId, thrown: unknown, name: string): void {
    if (this.#isOver) return
    const error = toAppError(thrown)
    const isInternal = error.code === 'internal'
    if (isInternal) {
      this.#options.log?.('api.internal', { name })
      this.#options.onInternal?.(thrown, name)
    }
    const detail = isInternal ? null : (error.detail ?? null)
    const text = encodeAnswer({ type: 'fail', id, code: error.code, detail })
    if (text !== undefined) this.#carrier.send(text)
  }
}

/** Throws AppError `settings.bad-value`, which names the field. */
function parseInput(schema: v.GenericSchema, input: unknown): unknown {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) return parsed.output
  throw new AppError('settings.bad-value', { detail: describeIssue(parsed.issues) })
}

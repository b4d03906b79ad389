/** A UI's end of the contract on one carrier: the same over every carrier. Pure. */

import * as v from 'valibot'
import { AppError, toAppError, unreachable } from '../errors.ts'
import type { Carrier } from './carrier.ts'
import {
  calls,
  streams,
  type CallInput,
  type CallName,
  type CallOutput,
  type Remote,
  type StreamInput,
  type StreamItem,
  type StreamName,
} from './contract.ts'
import {
  decodeAnswer,
  describeIssue,
  encodeRequest,
  firstRequestId,
  nextRequestId,
  type AnswerMessage,
  type RequestId,
} from './rpc-messages.ts'

export function connectRemote(carrier: Carrier): Remote {
  const client = new RpcClient(carrier)
  carrier.attach({
    message: (text) => client.receive(text),
    closed: () => client.end(new AppError('api.closed')),
  })
  return client
}

interface Pending {
  /** Throws when the item is not what the contract says, or when the page's own listener does. */
  readonly take: (item: unknown) => void
  readonly settle: (output: unknown) => void
  readonly fail: (error: AppError) => void
}

class RpcClient implements Remote {
  readonly closed: Promise<void>
  readonly #carrier: Carrier
  readonly #pending = new Map<RequestId, Pending>()
  readonly #resolveClosed: () => void
  #nextId = firstRequestId()
  #end: AppError | undefined

  constructor(carrier: Carrier) {
    this.#carrier = carrier
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    this.#resolveClosed = resolve
  }

  async call<K extends CallName>(name: K, input: CallInput<K>, signal?: AbortSignal): Promise<CallOutput<K>> {
    const output = await this.#open(name, input, signal, () => {
      throw new AppError('api.protocol', { detail: `${name} is no stream` })
    })
    // What the schema of this name gives; the compiler does not follow that through a union.
    return parseOutput(calls[name].output, output) as CallOutput<K>
  }

  async stream<K extends StreamName>(
    name: K,
    input: StreamInput<K>,
    onItem: (item: StreamItem<K>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#open(name, input, signal, (item) =>
      onItem(parseOutput(streams[name].item, item) as StreamItem<K>),
    )
  }

  close(): void {
    this.end(new AppError('api.closed'))
    this.#carrier.close()
  }

  receive(text: string): void {
    if (this.#end !== undefined) return
    try {
      this.#accept(decodeAnswer(text))
    } catch (thrown) {
      this.end(toAppError(thrown))
      this.#carrier.close()
    }
  }

  /** Fails what is in flight. Idempotent. */
  end(error: AppError): void {
    if (this.#end !== undefined) return
    this.#end = error
    for (const pending of this.#pending.values()) pending.fail(error)
    this.#pending.clear()
    this.#resolveClosed()
  }

  #open(
    name: string,
    input: unknown,
    signal: AbortSignal | undefined,
    take: (item: unknown) => void,
  ): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(new AppError('transfer.stopped'))
    if (this.#end !== undefined) return Promise.reject(new AppError(this.#end.code))
    const id = this.#nextId
    const text = encodeRequest({ type: 'open', id, name, input })
    if (text === undefined) {
      return Promise.reject(new AppError('api.unavailable', { detail: 'the request is too long' }))
    }
    this.#nextId = nextRequestId(id)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onAbort = (): void => this.#drop(id, new AppError('transfer.stopped'))
    const leave = (): void => signal?.removeEventListener('abort', onAbort)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#pending.set(id, {
      take,
      settle: (output) => {
        leave()
        resolve(output)
      },
      fail: (error) => {
        leave()
        reject(error)
      },
    })
    this.#carrier.send(text)
    return promise
  }

  /** Ends it here and tells the other side, whose answers are not waited for. */
  #drop(id: RequestId, error: AppError): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    const text = encodeRequest({ type: 'cancel', id })
    if (text !== undefined) this.#carrier.send(text)
    pending.fail(error)
  }

  /** Throws AppError `api.protocol`. */
  #accept(message: AnswerMessage): void {
    if (message.id >= this.#nextId)
      throw new AppError('api.protocol', { detail: 'answers what nobody asked' })
    const pending = this.#pending.get(message.id)
    // Cancelled meanwhile.
    if (pending === undefined) return
    switch (message.type) {
      case 'item':
        try {
          pending.take(message.item)
        } catch (thrown) {
          // Only this stream ends: what the page shows of it can no longer be right, and the page is told so.
          this.#drop(message.id, toAppError(thrown))
        }
        return
      case 'done':
        this.#pending.delete(message.id)
        return pending.settle(message.output)
      case 'fail':
        this.#pending.delete(message.id)
        return pending.fail(
          new AppError(message.code, message.detail === null ? {} : { detail: message.detail }),
        )
      default:
        return unreachable(message)
    }
  }
}

/** Throws AppError `api.protocol`. */
function parseOutput(schema: v.GenericSchema, output: unknown): unknown {
  const parsed = v.safeParse(schema, output)
  if (parsed.success) return parsed.output
  throw new AppError('api.protocol', { detail: describeIssue(parsed.issues) })
}

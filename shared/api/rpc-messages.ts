/**
 * What the two ends of the contract say to each other over a carrier: JSON texts, checked on both sides. A page opens
 * calls and streams under numbers that only grow, and the engine answers under the same number. Pure.
 */

import * as v from 'valibot'
import { AppError, isErrorCode, type ErrorCode } from '../errors.ts'
import { utf8 } from '../encoding/bytes.ts'

/** Of the WebSocket carrier; changes when an old page could not understand a new engine. */
export const UI_SUBPROTOCOL = 'beeline-ui.v1'

/** Longest text from a page. The longest honest one is a selection of 200,000 paths. */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024
/** Longest text from the engine: one folder with 200,000 files takes some 30 MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** Calls and streams at once on one carrier; a page that shows everything it can has a dozen. */
export const MAX_IN_FLIGHT = 256

const RequestId = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.brand('RequestId'))
export type RequestId = v.InferOutput<typeof RequestId>

const RequestMessage = v.variant('type', [
  v.object({ type: v.literal('open'), id: RequestId, name: v.string(), input: v.unknown() }),
  v.object({ type: v.literal('cancel'), id: RequestId }),
])
export type RequestMessage = v.InferOutput<typeof RequestMessage>

const Code = v.custom<ErrorCode>(
  (value) => typeof value === 'string' && isErrorCode(value),
  'not an error code',
)

const AnswerMessage = v.variant('type', [
  /** One item of a stream. */
  v.object({ type: v.literal('item'), id: RequestId, item: v.unknown() }),
  /** A call's answer; null for a stream that is over. */
  v.object({ type: v.literal('done'), id: RequestId, output: v.unknown() }),
  v.object({ type: v.literal('fail'), id: RequestId, code: Code, detail: v.nullable(v.string()) }),
])
export type AnswerMessage = v.InferOutput<typeof AnswerMessage>

export function firstRequestId(): RequestId {
  return v.parse(RequestId, 1)
}

export function nextRequestId(id: RequestId): RequestId {
  return v.parse(RequestId, id + 1)
}

/** Throws AppError `api.protocol`. */
export function decodeRequest(text: string): RequestMessage {
  return decode(RequestMessage, text, MAX_REQUEST_BYTES)
}

/** Throws AppError `api.protocol`. */
export function decodeAnswer(text: string): AnswerMessage {
  return decode(AnswerMessage, text, MAX_ANSWER_BYTES)
}

/** @returns undefined when it is longer than the other side takes */
export function encodeRequest(message: RequestMessage): string | undefined {
  return encode(message, MAX_REQUEST_BYTES)
}

/** @returns undefined when it is longer than the other side takes. Throws when it cannot be written as JSON. */
export function encodeAnswer(message: AnswerMessage): string | undefined {
  return encode(message, MAX_ANSWER_BYTES)
}

function encode(message: RequestMessage | AnswerMessage, limitBytes: number): string | undefined {
  const text = JSON.stringify(message)
  return isLongerThan(text, limitBytes) ? undefined : text
}

function decode<const Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
  limitBytes: number,
): v.InferOutput<Schema> {
  if (isLongerThan(text, limitBytes)) throw new AppError('api.protocol', { detail: 'a message is too long' })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('api.protocol', { detail: 'a message is not JSON', cause })
  }
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  throw new AppError('api.protocol', { detail: describeIssue(parsed.issues) })
}

/** Which field is wrong, and what was wanted; never what was there. */
export function describeIssue(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  const [issue] = issues
  const field = v.getDotPath(issue)
  const wanted = issue.expected === null ? issue.type : `wanted ${issue.expected}`
  return field === null ? wanted : `${field}: ${wanted}`
}

/** Encodes only when it has to. */
function isLongerThan(text: string, limitBytes: number): boolean {
  // A UTF-16 unit takes one to three bytes of UTF-8.
  if (text.length * 3 <= limitBytes) return false
  return text.length > limitBytes || utf8(text).length > limitBytes
}

/** What a probe and the reflector say to each other, and to the test. Pure. */

import * as v from 'valibot'

export const REFLECTOR_PORTS = [3478, 3479] as const

/** One of the reflector's four sockets. */
export const ReflectorSocket = v.picklist([
  'first-address first-port',
  'first-address second-port',
  'second-address first-port',
  'second-address second-port',
])
export type ReflectorSocket = v.InferOutput<typeof ReflectorSocket>

const Question = v.object({
  id: v.number(),
  /** Not given: from the socket that was asked. */
  answerFrom: v.optional(ReflectorSocket),
})
export type ReflectorQuestion = v.InferOutput<typeof Question>

const Seen = v.object({ address: v.string(), port: v.number() })
export type Seen = v.InferOutput<typeof Seen>

const Answer = v.object({ id: v.number(), seen: Seen })
export type ReflectorAnswer = v.InferOutput<typeof Answer>

/** What a probe found, one line of JSON. */
export const Behaviour = v.object({
  mapping: v.picklist([
    'none',
    'endpoint-independent',
    'address-dependent',
    'address-and-port-dependent',
    'blocked',
  ]),
  filtering: v.picklist([
    'endpoint-independent',
    'address-dependent',
    'address-and-port-dependent',
    'blocked',
  ]),
  portOrder: v.picklist(['kept', 'step', 'random']),
  /** Outside ports of one socket for several destinations, then of fresh sockets, in order. */
  ports: v.array(v.number()),
})
export type Behaviour = v.InferOutput<typeof Behaviour>

export function readQuestion(data: Uint8Array): ReflectorQuestion | undefined {
  return read(Question, data)
}

export function readAnswer(data: Uint8Array): ReflectorAnswer | undefined {
  return read(Answer, data)
}

/** Undefined for what is something else: both ends also hear strangers. */
function read<Schema extends v.GenericSchema>(
  schema: Schema,
  data: Uint8Array,
): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), new TextDecoder().decode(data))
  return parsed.success ? parsed.output : undefined
}

/**
 * The contract between a UI and the engine: every call and event, once. Both ends are derived from it, so a new call
 * is one entry here and the compiler lists what is missing. Pure.
 */

import * as v from 'valibot'
import { EngineError, OfferView, TransferId, TransferView } from './views.ts'

const Paths = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1))

export const calls = {
  /** Everything there is, once, when a UI connects; slices follow as events. */
  'transfer.list': { input: v.object({}), output: v.array(TransferView) },
  /** The link is ready at once, whatever the size. */
  'share.create': {
    input: v.object({ paths: Paths }),
    output: v.object({ id: TransferId, link: v.string() }),
  },
  /** Looks at what a link offers. Writes nothing. */
  'link.open': {
    input: v.object({ link: v.string() }),
    output: v.object({ id: TransferId, offer: OfferView }),
  },
  'transfer.accept': { input: v.object({ id: TransferId, destination: v.string() }), output: v.object({}) },
  'transfer.stop': { input: v.object({ id: TransferId }), output: v.object({}) },
} as const

export const events = {
  'transfer.changed': TransferView,
  'transfer.gone': v.object({ id: TransferId }),
  'engine.failed': EngineError,
} as const

type Calls = typeof calls
type CallName = keyof Calls
/**
 * What the engine's side implements. Inputs are parsed already.
 *
 * @public
 */
export type Handlers = {
  [K in CallName]: (
    input: v.InferOutput<Calls[K]['input']>,
    signal: AbortSignal,
  ) => Promise<v.InferOutput<Calls[K]['output']>>
}
/**
 * What the engine's side tells.
 *
 * @public
 */
export type Events = { [K in keyof typeof events]: v.InferOutput<(typeof events)[K]> }

/** The line to the spec that drives the double: what was called goes there, answers and events come from there. */

import * as v from 'valibot'

const Instruction = v.variant('do', [
  /** The next call of `api` gets this. */
  v.object({ do: v.literal('answer'), api: v.string(), value: v.optional(v.unknown()) }),
  /** Something happens: `open-url` to the app, a click on a notification, a closed window. */
  v.object({ do: v.literal('act'), name: v.string(), values: v.array(v.unknown()) }),
])

type Action = (...values: unknown[]) => unknown

const answers = new Map<string, unknown[]>()
const actions = new Map<string, Action>()

/** Tells the spec that `api` was called. */
export function note(api: string, ...values: readonly unknown[]): void {
  process.send?.({ tell: 'call', api, values: plain(values) })
}

/** Tells the spec something else, of its own making. */
export function tell(name: string, value: unknown): void {
  process.send?.({ tell: 'event', name, value: plain(value) })
}

/** What the spec wants `api` to answer this time. */
export function answerOf<Answer>(api: string, otherwise: Answer): Answer {
  const queue = answers.get(api)
  // The spec knows what the caller expects.
  return queue === undefined || queue.length === 0 ? otherwise : (queue.shift() as Answer)
}

/** Makes something that a spec can let happen. */
export function onAction(name: string, action: Action): void {
  actions.set(name, action)
}

export function listenToSpec(): void {
  const early: unknown = JSON.parse(process.env['DOUBLE_ANSWERS'] ?? '{}')
  for (const [api, value] of Object.entries(v.parse(v.record(v.string(), v.unknown()), early))) {
    answers.set(api, [value])
  }
  process.on('message', (message) => void carryOut(message))
  // The spec has ended, perhaps by an error: nobody else would end this process.
  process.on('disconnect', () => process.exit(0))
}

async function carryOut(message: unknown): Promise<void> {
  const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined
  try {
    const instruction = v.parse(Instruction, message)
    let result: unknown
    if (instruction.do === 'answer') {
      answers.set(instruction.api, [...(answers.get(instruction.api) ?? []), instruction.value])
    } else {
      const action = actions.get(instruction.name)
      if (action === undefined) throw new Error(`nothing here can '${instruction.name}'`)
      result = await action(...instruction.values)
    }
    process.send?.({ tell: 'done', id, result })
  } catch (thrown) {
    process.send?.({ tell: 'failed', id, error: String(thrown) })
  }
}

/** As text would carry it; what text cannot carry is named. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'function' ? '[function]' : typeof inner === 'bigint' ? String(inner) : inner,
  )
  return text === undefined ? undefined : JSON.parse(text)
}

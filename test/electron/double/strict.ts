/** Makes the double loud: a member that it lacks is an error with a name, never `undefined`. */

import { answerOf, note } from './spec-channel.ts'

/** What the language itself and `await` look for. */
const ASKED_BY_ANYBODY: readonly string[] = ['then', 'toJSON', 'constructor', 'asymmetricMatch']

export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key) {
      if (!(key in object) && typeof key === 'string' && !ASKED_BY_ANYBODY.includes(key)) {
        throw new Error(`Electron double: ${name}.${key} is not implemented`)
      }
      const value: unknown = Reflect.get(object, key, object)
      // Bound, because private fields are the target's and not the proxy's.
      return typeof value === 'function' && key !== 'constructor' ? value.bind(object) : value
    },
    set(object, key, value) {
      if (!(key in object)) throw new Error(`Electron double: ${name}.${String(key)} cannot be set`)
      return Reflect.set(object, key, value, object)
    },
  })
}

/** Functions that tell the spec about each call and answer what it wishes. */
export function recorded<Names extends string>(
  name: string,
  answers: Record<Names, unknown>,
): Record<Names, (...values: unknown[]) => unknown> {
  const functions = Object.entries(answers).map(([member, otherwise]) => [
    member,
    (...values: unknown[]) => {
      note(`${name}.${member}`, ...values)
      return answerOf(`${name}.${member}`, otherwise)
    },
  ])
  return Object.fromEntries(functions) as Record<Names, (...values: unknown[]) => unknown>
}

/** A contract's implementation led by a test: everything it does not set answers `api.unavailable`. */

import { calls, streams, type CallName, type Implementation, type StreamName } from '#shared/api/contract.ts'
import { AppError } from '#shared/errors.ts'

export function fakeImplementation(parts: {
  readonly calls?: Partial<Implementation['calls']>
  readonly streams?: Partial<Implementation['streams']>
}): Implementation {
  const refuse = (): Promise<never> => Promise.reject(new AppError('api.unavailable'))
  const callNames = Object.keys(calls) as CallName[]
  const streamNames = Object.keys(streams) as StreamName[]
  return {
    calls: {
      ...(Object.fromEntries(callNames.map((name) => [name, refuse])) as unknown as Implementation['calls']),
      ...parts.calls,
    },
    streams: {
      ...(Object.fromEntries(
        streamNames.map((name) => [name, refuse]),
      ) as unknown as Implementation['streams']),
      ...parts.streams,
    },
  }
}

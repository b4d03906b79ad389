/** One look at the network: begun when it is first shown, stopped with it, and begun anew on request. */

import { useCallback, useEffect, useRef, useState } from 'react'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import { toAppError, type ErrorCode } from '#shared/errors.ts'
import { useEngine } from '../../state/app-context.tsx'

export interface Examination {
  readonly view: DoctorView
  readonly state: 'running' | 'done' | 'stopped' | 'failed'
  /** Why it failed. */
  readonly error: ErrorCode | undefined
  readonly start: () => void
  /** What was found so far stays in sight. */
  readonly stop: () => void
}

const NOTHING_YET: DoctorView = { findings: [], verdict: null, hasRelay: false, report: null }

interface Held {
  readonly view: DoctorView
  readonly state: Examination['state']
  readonly error?: ErrorCode
}

export function useExamination(): Examination {
  const engine = useEngine()
  const [held, setHeld] = useState<Held>({ view: NOTHING_YET, state: 'running' })
  const running = useRef<AbortController>(undefined)
  const begin = useCallback(() => {
    running.current?.abort()
    const stopping = new AbortController()
    running.current = stopping
    /** What comes after it was stopped is not shown. */
    const settle = (change: (last: Held) => Held): void => {
      if (!stopping.signal.aborted) setHeld(change)
    }
    engine
      .stream('doctor.run', {}, (view) => settle((last) => ({ ...last, view })), stopping.signal)
      .then(
        () => settle(({ view }) => ({ view, state: 'done' })),
        (thrown: unknown) =>
          settle(({ view }) => ({ view, state: 'failed', error: toAppError(thrown).code })),
      )
  }, [engine])
  const start = useCallback(() => {
    setHeld({ view: NOTHING_YET, state: 'running' })
    begin()
  }, [begin])
  const stop = useCallback(() => {
    running.current?.abort()
    setHeld(({ view }) => ({ view, state: 'stopped' }))
  }, [])
  useEffect(() => {
    begin()
    return () => running.current?.abort()
  }, [begin])
  return { view: held.view, state: held.state, error: held.error, start, stop }
}

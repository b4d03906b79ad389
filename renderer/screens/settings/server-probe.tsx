/** A server being tested: each step with its time, and the exact reason when one fails. */

import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { Check, X } from 'lucide-react'
import type { StreamInput } from '#shared/api/contract.ts'
import type { ServerTestView } from '#shared/api/settings-views.ts'
import { toAppError } from '#shared/errors.ts'
import { Spinner } from '../../parts/progress.tsx'
import { useEngine } from '../../state/app-context.tsx'
import { errorText, useFormat, useText } from '../../text/text-context.tsx'

export interface Probe {
  readonly view: ServerTestView | undefined
  readonly isRunning: boolean
  readonly start: (input: StreamInput<'server.test'>) => void
  readonly cancel: () => void
}

const STARTED: ServerTestView = {
  state: 'running',
  steps: [],
  current: 'resolve',
  error: null,
  address: null,
  roundTripMs: null,
}

export function useProbe(): Probe {
  const engine = useEngine()
  const [view, setView] = useState<ServerTestView>()
  const running = useRef<AbortController>(undefined)
  const cancel = useCallback(() => {
    running.current?.abort()
    running.current = undefined
    setView(undefined)
  }, [])
  const start = useCallback(
    (input: StreamInput<'server.test'>) => {
      running.current?.abort()
      const stopping = new AbortController()
      running.current = stopping
      setView(STARTED)
      engine
        .stream(
          'server.test',
          input,
          (item) => {
            if (!stopping.signal.aborted) setView(item)
          },
          stopping.signal,
        )
        .catch((thrown: unknown) => {
          if (stopping.signal.aborted) return
          const { code, detail } = toAppError(thrown)
          setView((last) => ({
            ...(last ?? STARTED),
            state: 'failed',
            error: { code, detail: detail ?? null },
          }))
        })
    },
    [engine],
  )
  // Whoever opened the test ends it.
  useEffect(() => () => running.current?.abort(), [])
  return useMemo(() => ({ view, isRunning: view?.state === 'running', start, cancel }), [view, start, cancel])
}

export function ServerProbe({ probe }: { readonly probe: Probe }): ReactNode {
  const text = useText()
  const format = useFormat()
  const { view } = probe
  if (view === undefined) return null
  const words = text.settings
  const isStun = view.steps.some(({ step }) => step === 'answer')
  return (
    <div className="probe" role="status">
      {view.steps.map(({ step, tookMs }) => (
        <div key={step} className="probe-step">
          <Check className="probe-good" aria-hidden="true" />
          <span>{words.steps[step]}</span>
          <span className="probe-time tabular">{format.milliseconds(tookMs)}</span>
        </div>
      ))}
      {view.state === 'running' && view.current !== null ? (
        <div className="probe-step">
          <Spinner label={words.testing} />
          <span>{words.stepsRunning[view.current]}</span>
        </div>
      ) : null}
      {view.state === 'failed' ? (
        <div className="probe-step probe-bad">
          <X aria-hidden="true" />
          <span>
            {errorText(text, view.error?.code ?? 'internal')}
            {(view.error?.detail ?? '') === '' ? null : (
              <>
                {' '}
                <span className="mono">({view.error?.detail})</span>
              </>
            )}
          </span>
        </div>
      ) : null}
      {view.state === 'passed' ? (
        <div className="probe-end">
          <strong className="probe-good">{words.passed}</strong>{' '}
          {format.list([
            ...(view.roundTripMs === null ? [] : [words.roundTrip(format.milliseconds(view.roundTripMs))]),
            ...(view.address === null
              ? []
              : [isStun ? words.publicAddress(view.address) : words.relayAddress(view.address)]),
          ])}
        </div>
      ) : null}
    </div>
  )
}

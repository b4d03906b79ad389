/** The UDP ports that connections may use. */

import { useState, type ReactNode } from 'react'
import type { NetworkSettings } from '#shared/api/settings-views.ts'
import { toAppError } from '#shared/errors.ts'
import { NumberField } from '../../parts/fields.tsx'
import { Note } from '../../parts/notes.tsx'
import { useStateOf } from '../../parts/use-state-of.ts'
import { errorText, useText } from '../../text/text-context.tsx'

type Range = NetworkSettings['portRange']

const MIN_PORT = 1024
const MAX_PORT = 65_535

interface PortRangeFieldsProps {
  readonly saved: Range
  readonly save: (range: Range) => Promise<unknown>
}

export function PortRangeFields({ saved, save }: PortRangeFieldsProps): ReactNode {
  const text = useText()
  const owner = saved === null ? '' : `${saved.from}-${saved.to}`
  const [from, setFrom] = useStateOf(owner, saved?.from ?? Number.NaN)
  const [to, setTo] = useStateOf(owner, saved?.to ?? Number.NaN)
  const [error, setError] = useState<string>()
  const commit = (first: number, last: number): void => {
    setFrom(first)
    setTo(last)
    const isEmpty = Number.isNaN(first) && Number.isNaN(last)
    const isHalf = Number.isNaN(first) !== Number.isNaN(last)
    // Half a range is being typed.
    if (isHalf) return
    if (first > last) {
      setError(text.settings.portsBoth)
      return
    }
    setError(undefined)
    save(isEmpty ? null : { from: first, to: last }).catch((thrown: unknown) =>
      setError(errorText(text, toAppError(thrown).code)),
    )
  }
  return (
    <section className="settings-group">
      <h2>{text.settings.ports}</h2>
      <p className="settings-words">{text.settings.portsWords}</p>
      <div className="settings-pair">
        <NumberField
          label={text.settings.portFrom}
          value={from}
          min={MIN_PORT}
          max={MAX_PORT}
          onChange={(port) => commit(Math.round(port), to)}
        />
        <NumberField
          label={text.settings.portTo}
          value={to}
          min={MIN_PORT}
          max={MAX_PORT}
          onChange={(port) => commit(from, Math.round(port))}
        />
      </div>
      {error === undefined ? null : <Note tone="bad">{error}</Note>}
    </section>
  )
}

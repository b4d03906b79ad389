/** How much of the line Beeline may take. */

import { useState, type ReactNode } from 'react'
import type { LimitSettings, TransferSettings } from '#shared/api/settings-views.ts'
import { toAppError } from '#shared/errors.ts'
import { NumberField, Select } from '../../parts/fields.tsx'
import { useToasts } from '../../parts/notes.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useStateOf } from '../../parts/use-state-of.ts'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { errorText, useText } from '../../text/text-context.tsx'
import { SeedLimitFields } from '../seed-limit-fields.tsx'
import { RATE_UNITS, toBytesPerSecond, toUnit, unitFor, type RateUnit } from './limit-units.ts'

const UNITS: readonly RateUnit[] = ['kB/s', 'MB/s', 'Mbit/s']
const MAX_CONNECTIONS = 64
const MAX_DOWNLOADS = 1000

export function LimitsSection(): ReactNode {
  const text = useText()
  const engine = useEngine()
  const { limits, transfers } = useApp().settings
  const { run } = useAction()
  const toasts = useToasts()
  const words = text.settings
  const save = (change: Partial<LimitSettings>): Promise<unknown> =>
    engine.call('settings.change', { limits: change })
  const saveTransfers = (change: Partial<TransferSettings>): void => {
    engine.call('settings.change', { transfers: change }).catch(toasts.fail)
  }
  return (
    <>
      <section className="settings-group">
        <h2>{words.queue}</h2>
        <NumberField
          label={words.downloadsAtOnce}
          hint={words.downloadsAtOnceHint}
          value={transfers.downloadsAtOnce}
          min={0}
          max={MAX_DOWNLOADS}
          onChange={(count) => {
            if (!Number.isNaN(count)) saveTransfers({ downloadsAtOnce: Math.round(count) })
          }}
        />
      </section>
      <section className="settings-group">
        <h2>{words.seeding}</h2>
        <p className="settings-words">{words.seedingWords}</p>
        <SeedLimitFields
          limit={{ ratio: transfers.seedRatio, timeMs: transfers.seedTimeMs }}
          onChange={({ ratio, timeMs }) => saveTransfers({ seedRatio: ratio, seedTimeMs: timeMs })}
        />
      </section>
      <p className="settings-words">{words.limitsWords}</p>
      <section className="settings-group">
        <h2>{words.limitAll}</h2>
        <div className="settings-pair">
          <RateField
            label={words.down}
            saved={limits.downBytesPerSecond}
            save={(rate) => save({ downBytesPerSecond: rate })}
          />
          <RateField
            label={words.up}
            saved={limits.upBytesPerSecond}
            save={(rate) => save({ upBytesPerSecond: rate })}
          />
        </div>
      </section>
      <section className="settings-group">
        <h2>{words.limitEach}</h2>
        <div className="settings-pair">
          <RateField
            label={words.down}
            saved={limits.downBytesPerSecondPerTransfer}
            save={(rate) => save({ downBytesPerSecondPerTransfer: rate })}
          />
          <RateField
            label={words.up}
            saved={limits.upBytesPerSecondPerTransfer}
            save={(rate) => save({ upBytesPerSecondPerTransfer: rate })}
          />
        </div>
      </section>
      <section className="settings-group">
        <NumberField
          label={words.connections}
          hint={words.connectionsHint}
          value={limits.connections}
          min={1}
          max={MAX_CONNECTIONS}
          onChange={(connections) => {
            if (!Number.isNaN(connections)) run(() => save({ connections: Math.round(connections) }))
          }}
        />
      </section>
    </>
  )
}

interface RateFieldProps {
  readonly label: string
  /** Bytes per second; null: no limit. */
  readonly saved: number | null
  readonly save: (bytesPerSecond: number | null) => Promise<unknown>
}

function RateField({ label, saved, save }: RateFieldProps): ReactNode {
  const text = useText()
  const [unit, setUnit] = useState(unitFor(saved))
  const [error, setError] = useStateOf<string | undefined>(saved, undefined)
  const commit = (typed: number, typedUnit: RateUnit): void => {
    const rate = toBytesPerSecond(typed, typedUnit)
    if (rate === undefined) {
      setError(text.settings.badLimit)
      return
    }
    setError(undefined)
    if (rate === saved) return
    save(rate).catch((thrown: unknown) => setError(errorText(text, toAppError(thrown).code)))
  }
  return (
    <div className="limit">
      <NumberField
        label={label}
        placeholder={text.settings.noLimit}
        value={toUnit(saved, unit)}
        min={0}
        error={error}
        onChange={(typed) => commit(typed, unit)}
      />
      <Select
        label={text.settings.unit}
        value={unit}
        options={UNITS.map((value) => ({ value, label: value }))}
        onChange={(chosen) => {
          setUnit(chosen)
          // Three MB/s become three kB/s: what stands in the field is what counts.
          if (saved !== null) commit(saved / RATE_UNITS[unit], chosen)
        }}
      />
    </div>
  )
}

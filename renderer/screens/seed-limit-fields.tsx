/** Until when something is passed on, as a ratio and a time. */

import type { ReactNode } from 'react'
import { MAX_SEED_RATIO, MIN_SEED_RATIO } from '#shared/api/settings-views.ts'
import type { SeedLimit } from '#shared/api/views.ts'
import { NumberField } from '../parts/fields.tsx'
import { useText } from '../text/text-context.tsx'

const HOUR_MS = 3_600_000
/** Half a minute; and ten years. Hours. */
const MIN_HOURS = 0.01
const MAX_HOURS = 87_600

interface SeedLimitFieldsProps {
  readonly limit: SeedLimit
  readonly onChange: (limit: SeedLimit) => void
}

export function SeedLimitFields({ limit, onChange }: SeedLimitFieldsProps): ReactNode {
  const words = useText().settings
  const nullable = (typed: number): number | null => (Number.isNaN(typed) ? null : typed)
  return (
    <div className="seed-limit">
      <NumberField
        label={words.seedRatio}
        placeholder={words.noSeedLimit}
        value={limit.ratio ?? Number.NaN}
        min={MIN_SEED_RATIO}
        max={MAX_SEED_RATIO}
        onChange={(typed) => onChange({ ...limit, ratio: nullable(typed) })}
      />
      <NumberField
        label={words.seedHours}
        placeholder={words.noSeedLimit}
        value={limit.timeMs === null ? Number.NaN : limit.timeMs / HOUR_MS}
        min={MIN_HOURS}
        max={MAX_HOURS}
        onChange={(typed) =>
          onChange({ ...limit, timeMs: Number.isNaN(typed) ? null : Math.round(typed * HOUR_MS) })
        }
      />
    </div>
  )
}

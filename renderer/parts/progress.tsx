/** How far something is. */

import type { ReactNode } from 'react'
import { ProgressBar } from 'react-aria-components'
import './progress.css'

interface ProgressProps {
  readonly label: string
  /** 0 to 1; undefined while that cannot be said. */
  readonly share: number | undefined
  readonly tone?: 'active' | 'done' | 'waiting' | 'failed'
  /** Read aloud instead of the percentage. */
  readonly valueLabel?: string
}

export function Progress({ label, share, tone = 'active', valueLabel }: ProgressProps): ReactNode {
  return (
    <ProgressBar
      aria-label={label}
      value={(share ?? 0) * 100}
      isIndeterminate={share === undefined}
      {...(valueLabel === undefined ? {} : { valueLabel })}
      className={`progress progress-${tone}`}
    >
      <span
        className={share === undefined ? 'progress-fill progress-unknown' : 'progress-fill'}
        style={share === undefined ? undefined : { transform: `scaleX(${Math.min(1, Math.max(0, share))})` }}
      />
    </ProgressBar>
  )
}

export function Spinner({ label }: { readonly label: string }): ReactNode {
  return (
    <span className="spinner" role="img" aria-label={label}>
      <span className="spinner-turn" />
    </span>
  )
}

/** How far something is. */

import type { ReactNode } from 'react'
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
  const percent = Math.round(Math.min(1, Math.max(0, share ?? 0)) * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : percent}
      aria-valuetext={valueLabel}
      className={`progress progress-${tone}`}
    >
      <span
        className={share === undefined ? 'progress-fill progress-unknown' : 'progress-fill'}
        style={share === undefined ? undefined : { transform: `scaleX(${Math.min(1, Math.max(0, share))})` }}
      />
    </div>
  )
}

export function Spinner({ label }: { readonly label: string }): ReactNode {
  return (
    <span className="spinner" role="img" aria-label={label}>
      <span className="spinner-turn" />
    </span>
  )
}

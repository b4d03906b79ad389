/** A cell of the honeycomb in front of a transfer: its picture says what happens, its rim how far it is. */

import type { ReactNode } from 'react'
import type { Mark } from './state-words.ts'
import './transfer-mark.css'

const CELL = 'M20 3 34.7 11.5V28.5L20 37 5.3 28.5V11.5Z'

/** The arrows fly as the bee of the sign does: with a dashed line behind them. */
const PICTURES: Readonly<Record<Mark, ReactNode>> = {
  receiving: (
    <>
      <path d="M14.5 21 20 26.5 25.5 21" />
      <path d="M20 26V12.5" strokeDasharray="5.5 4" />
    </>
  ),
  sharing: (
    <>
      <path d="M14.5 18.5 20 13 25.5 18.5" />
      <path d="M20 13.5V27" strokeDasharray="5.5 4" />
    </>
  ),
  waiting: <path d="M13 20h.01M20 20h.01M27 20h.01" strokeWidth={3.4} />,
  paused: <path d="M16.5 15v10M23.5 15v10" />,
  done: <path d="M13.5 20.5 18 25 26.5 15.5" />,
  failed: (
    <>
      <path d="M20 12.5V21" />
      <path d="M20 26.3h.01" strokeWidth={3.2} />
    </>
  ),
}

interface TransferMarkProps {
  readonly mark: Mark
  /** 0 to 1 of the rim. */
  readonly share: number
  readonly size: number
}

export function TransferMark({ mark, share, size }: TransferMarkProps): ReactNode {
  return (
    <svg className={`mark mark-${mark}`} viewBox="0 0 40 40" width={size} height={size} aria-hidden="true">
      <path className="mark-cell" d={CELL} />
      {share > 0 ? (
        <path className="mark-rim" d={CELL} pathLength={100} strokeDasharray={`${share * 100} 100`} />
      ) : null}
      <g className="mark-picture">{PICTURES[mark]}</g>
    </svg>
  )
}

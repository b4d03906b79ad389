/** Which parts are here, and how common the missing ones are: fields that differ in shape as well as in colour. */

import { memo, useMemo, useRef, type ReactNode } from 'react'
import type { DetailsEvent } from '#shared/api/transfer-views.ts'
import { useSize } from '../../parts/use-size.ts'
import { useFormat, useText } from '../../text/text-context.tsx'
import { CELL_KINDS, cellKinds, countCells, type CellKind } from './piece-cells.ts'
import { isSameData } from './same-data.ts'
import './piece-map.css'

/** From one field to the next, and a field itself, pixels. */
const PITCH_PX = 12
const CELL_PX = 10

interface PieceMapProps {
  readonly pieces: DetailsEvent['pieces']
  readonly availability: DetailsEvent['availability']
  /** Devices that are connected. */
  readonly connected: number
  /** Of everything, 0 to 1. */
  readonly share: number
}

export const PieceMap = memo(function PieceMap(props: PieceMapProps): ReactNode {
  const { pieces, availability, connected, share } = props
  const text = useText()
  const format = useFormat()
  const frame = useRef<HTMLDivElement>(null)
  const widthPx = useSize(frame)?.widthPx ?? 0
  const kinds = useMemo(
    () => cellKinds({ pieces, availability }, connected),
    [pieces, availability, connected],
  )
  const counts = useMemo(() => countCells(kinds), [kinds])
  const columns = Math.max(1, Math.floor((widthPx + PITCH_PX - CELL_PX) / PITCH_PX))
  const heightPx = Math.max(1, Math.ceil(kinds.length / columns)) * PITCH_PX
  const present = CELL_KINDS.filter((kind) => counts.has(kind))
  const fields = (kind: CellKind): ReactNode => (
    <path key={kind} className={`piece-${kind}`} d={fieldsPath(kind, kinds, pieces, columns)} />
  )
  const parts = present.map((kind) => {
    const count = counts.get(kind) ?? 0
    return text.details.pieces.cells(count, format.count(count), text.details.pieces[kind])
  })
  return (
    <div ref={frame} className="pieces">
      <svg
        width={widthPx}
        height={heightPx}
        role="img"
        aria-label={text.details.pieces.picture(format.percent(share), parts.join(''))}
      >
        {present.filter(isFilled).map(fields)}
        <path className="piece-part" d={partsPath(kinds, pieces, columns)} />
        {present.filter((kind) => !isFilled(kind)).map(fields)}
      </svg>
      <ul className="pieces-legend">
        {present.map((kind) => (
          <li key={kind} className="legend-item">
            <svg width={CELL_PX} height={CELL_PX} aria-hidden="true">
              <path className={`piece-${kind}`} d={fieldPath(kind, 0, 0)} />
              {kind === 'partly' ? <path className="piece-part" d={partPath(0, 0, 50)} /> : null}
            </svg>
            {text.details.pieces[kind]}
          </li>
        ))}
      </ul>
    </div>
  )
}, isSameData)

/** The others are lines, which would vanish under what is partly here. */
function isFilled(kind: CellKind): boolean {
  return kind !== 'rare' && kind !== 'nowhere'
}

/** All fields of one kind as one shape: six elements instead of six hundred. */
function fieldsPath(
  kind: CellKind,
  kinds: readonly CellKind[],
  pieces: readonly number[],
  columns: number,
): string {
  let path = ''
  for (let i = 0; i < pieces.length; i++)
    if (kinds[i] === kind)
      path += fieldPath(kind, (i % columns) * PITCH_PX, Math.floor(i / columns) * PITCH_PX)
  return path
}

function partsPath(kinds: readonly CellKind[], pieces: readonly number[], columns: number): string {
  let path = ''
  pieces.forEach((percent, i) => {
    if (percent <= 0 || percent >= 100 || kinds[i] === 'here' || kinds[i] === 'only') return
    path += partPath((i % columns) * PITCH_PX, Math.floor(i / columns) * PITCH_PX, percent)
  })
  return path
}

function fieldPath(kind: CellKind, x: number, y: number): string {
  const square = `M${x + 1} ${y}h8q1 0 1 1v8q0 1 -1 1h-8q-1 0 -1 -1v-8q0 -1 1 -1z`
  switch (kind) {
    case 'here':
    case 'partly':
    case 'missing':
      return square
    case 'only':
      // With a hole in it.
      return `${square}M${x + 3.5} ${y + 3.5}v3h3v-3z`
    case 'rare':
      // An outline.
      return `M${x + 1} ${y + 1}h8v8h-8z`
    case 'nowhere':
      return `M${x + 2} ${y + 2}l6 6m0 -6l-6 6`
  }
}

/** Filled from below, as far as it is here. */
function partPath(x: number, y: number, percent: number): string {
  const height = Math.max(1.5, (CELL_PX * percent) / 100)
  return `M${x} ${y + CELL_PX - height}h${CELL_PX}v${height}h${-CELL_PX}z`
}

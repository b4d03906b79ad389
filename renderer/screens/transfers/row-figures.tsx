/** The numbers of a transfer in the list: how much, how far, how fast, how long. */

import type { ReactNode } from 'react'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { TransferView } from '#shared/api/views.ts'
import { Progress } from '../../parts/progress.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import type { RowLayout } from './row-layout.ts'
import { hasProgress, markOf, shareDone } from './state-words.ts'

/** A bar while something is missing; afterwards only how much it is. */
export function TransferFigures(props: {
  readonly view: TransferView
  readonly layout: RowLayout
}): ReactNode {
  const { view, layout } = props
  const isWide = layout === 'wide'
  const text = useText()
  const format = useFormat()
  if (!hasProgress(view)) {
    const files = view.fileCount === 0 ? '' : text.common.files(view.fileCount, format.count(view.fileCount))
    return (
      <div className="transfer-figures">
        <div className="transfer-line">
          <span className="transfer-total tabular">{format.bytes(view.totalBytes)}</span>
          {isWide ? null : <Rate view={view} />}
        </div>
        {isWide ? <div className="transfer-line muted">{files}</div> : null}
      </div>
    )
  }
  const share = shareDone(view)
  const isMoving = view.state === 'receiving'
  const size = text.transfers.ofTotal(format.bytes(view.doneBytes), format.bytes(view.totalBytes))
  const eta =
    isMoving && view.etaMs !== null ? text.transfers.left(format.duration(calm(view.etaMs))) : undefined
  const mark = markOf(view)
  return (
    <div className="transfer-figures">
      <div className="transfer-bar">
        <Progress
          label={text.transfers.progress(view.title)}
          share={view.state === 'checking' || view.state === 'receiving' ? share : (share ?? 0)}
          tone={mark === 'failed' ? 'failed' : mark === 'receiving' ? 'active' : 'waiting'}
        />
        <span className="transfer-percent tabular">{format.percent(share ?? 0)}</span>
      </div>
      <div className="transfer-line tabular">
        {/* On the narrowest, rate and time left need the room; the details have it. */}
        {layout === 'compact' && isMoving ? null : <span className="transfer-size truncate">{size}</span>}
        {isWide ? null : <Rate view={view} />}
        {eta === undefined ? null : <span className="transfer-eta">{eta}</span>}
      </div>
    </div>
  )
}

/** From here on an estimate is told in whole minutes: seconds would pretend to know, and flicker. Milliseconds. */
const IN_MINUTES_MS = 120_000
const MINUTE_MS = 60_000

function calm(etaMs: number): number {
  return etaMs < IN_MINUTES_MS ? etaMs : Math.ceil(etaMs / MINUTE_MS) * MINUTE_MS
}

/** Both directions, one below the other. */
export function TransferRates({ view }: { readonly view: TransferView }): ReactNode {
  const { downBytesPerSecond: down, upBytesPerSecond: up } = view
  return (
    <div className="transfer-rates tabular">
      {down > 0 ? <RateLine direction="down" bytesPerSecond={down} /> : null}
      {up > 0 ? <RateLine direction="up" bytesPerSecond={up} /> : null}
    </div>
  )
}

/** The one that matters, where there is room for one. */
function Rate({ view }: { readonly view: TransferView }): ReactNode {
  const { downBytesPerSecond: down, upBytesPerSecond: up } = view
  if (down > 0) return <RateLine direction="down" bytesPerSecond={down} />
  return up > 0 ? <RateLine direction="up" bytesPerSecond={up} /> : null
}

function RateLine(props: { readonly direction: 'down' | 'up'; readonly bytesPerSecond: number }): ReactNode {
  const { direction, bytesPerSecond } = props
  const text = useText()
  const format = useFormat()
  return (
    <span className={`transfer-rate transfer-rate-${direction}`}>
      {direction === 'down' ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" />}
      <span className="hidden-visually">{text.transfers[direction]}</span>
      {format.rate(bytesPerSecond)}
    </span>
  )
}

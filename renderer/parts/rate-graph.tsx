/** Rates of the last five minutes: received as an area, sent as a dashed line over it. */

import { memo, useRef, type ReactNode } from 'react'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { RATE_INTERVAL_MS } from '#shared/api/transfer-views.ts'
import { useFormat, useText } from '../text/text-context.tsx'
import { areaPath, axisTop, linePath } from './rate-graph-shape.ts'
import { useSize } from './use-size.ts'
import './rate-graph.css'

/** What the graph spans, milliseconds: as much as the engine tells. */
const SPAN_MS = 300_000
const HEIGHT_PX = 132

interface RateGraphProps {
  /** Samples RATE_INTERVAL_MS apart, oldest first. */
  readonly down: readonly number[]
  readonly up: readonly number[]
}

export const RateGraph = memo(function RateGraph({ down, up }: RateGraphProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const frame = useRef<HTMLDivElement>(null)
  const widthPx = useSize(frame)?.widthPx ?? 0
  const words = text.details.rates
  const size = { widthPx, heightPx: HEIGHT_PX, samples: SPAN_MS / RATE_INTERVAL_MS + 1 }
  const peak = [...down, ...up].reduce((a, b) => Math.max(a, b), 0)
  const top = axisTop(peak)
  const now = { down: format.rate(down.at(-1) ?? 0), up: format.rate(up.at(-1) ?? 0) }
  return (
    <figure className="rates">
      <figcaption className="rates-now tabular">
        <span className="rates-key">
          <svg width="16" height="10" aria-hidden="true">
            <path className="rates-area" d="M0 10V4H16V10Z" />
            <path className="rates-down" d="M0 4H16" />
          </svg>
          {words.down}
          <ArrowDown aria-hidden="true" />
          <strong>{now.down}</strong>
        </span>
        <span className="rates-key">
          <svg width="16" height="10" aria-hidden="true">
            <path className="rates-up" d="M0 5H16" />
          </svg>
          {words.up}
          <ArrowUp aria-hidden="true" />
          <strong>{now.up}</strong>
        </span>
      </figcaption>
      <div ref={frame} className="rates-plot">
        <svg
          width={widthPx}
          height={HEIGHT_PX}
          role="img"
          aria-label={peak === 0 ? words.none : words.picture(now.down, now.up, format.rate(peak))}
        >
          {[0, 0.5, 1].map((part) => (
            <path key={part} className="rates-grid" d={`M0 ${HEIGHT_PX * part}H${widthPx}`} />
          ))}
          <path className="rates-area" d={areaPath(down, top, size)} />
          <path className="rates-down" d={linePath(down, top, size)} />
          <path className="rates-up" d={linePath(up, top, size)} />
        </svg>
        <span className="rates-mark rates-mark-top tabular" aria-hidden="true">
          {format.rate(top)}
        </span>
        <span className="rates-mark rates-mark-half tabular" aria-hidden="true">
          {format.rate(top / 2)}
        </span>
        {peak === 0 ? <span className="rates-none">{words.none}</span> : null}
      </div>
      <div className="rates-times tabular" aria-hidden="true">
        <span>{words.ago(format.duration(SPAN_MS))}</span>
        <span>{words.now}</span>
      </div>
    </figure>
  )
})

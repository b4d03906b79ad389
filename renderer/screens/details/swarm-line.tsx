/** One line of the swarm’s picture: route by colour, dashes and the relay’s sign; what moves on it by dots. */

import { memo, type ReactNode } from 'react'
import type { Standing } from './route-words.ts'
import { lineWidthPx, NODE_RADIUS_PX, OWN_RADIUS_PX } from './swarm-layout.ts'

interface Point {
  readonly x: number
  readonly y: number
}

interface SwarmLineProps {
  /** Oneself. */
  readonly from: Point
  readonly to: Point
  readonly standing: Standing
  readonly downBytesPerSecond: number
  readonly upBytesPerSecond: number
}

/** Between a circle and its line, pixels. */
const GAP_PX = 5
/** Half a diagonal of the relay’s sign. */
const RELAY_PX = 7
/** Less is only the connection keeping itself alive. Bytes per second. */
const MOVING_BYTES_PER_SECOND = 1000

export const SwarmLine = memo(function SwarmLine(props: SwarmLineProps): ReactNode {
  const { from, to, standing } = props
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  if (length === 0) return null
  const along = (distance: number): Point => ({
    x: from.x + ((to.x - from.x) * distance) / length,
    y: from.y + ((to.y - from.y) * distance) / length,
  })
  const start = along(OWN_RADIUS_PX + GAP_PX)
  const end = along(length - NODE_RADIUS_PX - GAP_PX)
  const middle = along((length + OWN_RADIUS_PX - NODE_RADIUS_PX) / 2)
  const rate = props.downBytesPerSecond + props.upBytesPerSecond
  const isUp = standing !== 'connecting' && standing !== 'failed'
  const widthPx = isUp ? lineWidthPx(rate) : 1.5
  const path = `M${start.x} ${start.y}L${end.x} ${end.y}`
  return (
    <g className={`swarm-line swarm-${standing}`}>
      <path className="swarm-way" d={path} strokeWidth={widthPx} />
      {isUp && props.downBytesPerSecond > MOVING_BYTES_PER_SECOND ? (
        <path className="swarm-dots swarm-dots-in" d={path} strokeWidth={widthPx + 2.5} />
      ) : null}
      {isUp && props.upBytesPerSecond > MOVING_BYTES_PER_SECOND ? (
        <path className="swarm-dots swarm-dots-out" d={path} strokeWidth={widthPx + 2.5} />
      ) : null}
      {standing === 'relayed' ? (
        <path
          className="swarm-relay"
          d={`M${middle.x} ${middle.y - RELAY_PX}l${RELAY_PX} ${RELAY_PX}l${-RELAY_PX} ${RELAY_PX}l${-RELAY_PX} ${-RELAY_PX}z`}
        />
      ) : null}
      {standing === 'failed' ? (
        <path className="swarm-cross" d={`M${middle.x - 4.5} ${middle.y - 4.5}l9 9m0 -9l-9 9`} />
      ) : null}
    </g>
  )
})

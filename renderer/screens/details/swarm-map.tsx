/**
 * The swarm as a picture: this device in the middle, the others around it, each line in the colour and the dashes of its
 * route, thicker the more it carries. Everything it shows stands in words in the list below it.
 */

import { useRef, useState, type ReactNode } from 'react'
import type { PeerView } from '#shared/api/views.ts'
import { useSize } from '../../parts/use-size.ts'
import type { Format } from '../../text/format.ts'
import type { Messages } from '../../text/messages.ts'
import { useFormat, useText } from '../../text/text-context.tsx'
import { STANDINGS, standingOf } from './route-words.ts'
import { SwarmLine } from './swarm-line.tsx'
import {
  countPlaces,
  layOut,
  LABEL_GAP_PX,
  LABEL_HEIGHT_PX,
  LABEL_WIDTH_PX,
  NODE_RADIUS_PX,
  OWN_RADIUS_PX,
  seatPeers,
  type Places,
  type Spot,
} from './swarm-layout.ts'
import './swarm-map.css'

/** Height of the line that counts those who are not drawn, pixels. */
const MORE_PX = 26

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

export function SwarmMap({ peers }: { readonly peers: readonly PeerView[] }): ReactNode {
  const text = useText()
  const format = useFormat()
  const frame = useRef<HTMLElement>(null)
  const widthPx = useSize(frame)?.widthPx
  const [before, setBefore] = useState<Places>(() => new Map())
  // Before the width is known nobody is seated: a place of a wide picture would be kept on a narrow one.
  const places = widthPx === undefined ? before : seatPeers(before, peers, countPlaces(widthPx))
  // Known again in the next picture, so that nobody jumps.
  if (!isSamePlaces(before, places)) setBefore(places)
  const layout = layOut(widthPx ?? 0, places.values())
  const { middle } = layout
  const drawn = peers.flatMap((peer) => {
    const place = places.get(peer.peer)
    return place === undefined ? [] : [{ peer, at: layout.spotOf(place) }]
  })
  const more = peers.length - drawn.length
  return (
    <figure ref={frame} className="swarm" style={{ height: layout.heightPx + (more > 0 ? MORE_PX : 0) }}>
      <figcaption className="hidden-visually">{pictureWords(peers, text, format)}</figcaption>
      {widthPx === undefined ? null : (
        <>
          <svg className="swarm-lines" width={widthPx} height={layout.heightPx} aria-hidden="true">
            {drawn.map(({ peer, at }) => (
              <SwarmLine
                key={peer.peer}
                from={middle}
                to={at}
                standing={standingOf(peer)}
                downBytesPerSecond={peer.downBytesPerSecond}
                upBytesPerSecond={peer.upBytesPerSecond}
              />
            ))}
            <circle className="swarm-own" cx={middle.x} cy={middle.y} r={OWN_RADIUS_PX} />
            <g transform={`translate(${middle.x - 11} ${middle.y - 11})`} className="swarm-own-sign">
              <rect x="3" y="4" width="16" height="10.5" rx="1.8" />
              <path d="M1 18h20" />
            </g>
            {drawn.map(({ peer, at }) => (
              <Node key={peer.peer} peer={peer} at={at} />
            ))}
          </svg>
          {drawn.map(({ peer, at }) => (
            <Label key={peer.peer} peer={peer} at={at} />
          ))}
        </>
      )}
      {more > 0 ? (
        <span className="swarm-more tabular">{text.details.swarm.more(more, format.count(more))}</span>
      ) : null}
    </figure>
  )
}

/** A circle with the first letter of the name; the ring around it is as full as what they have. */
function Node({ peer, at }: { readonly peer: PeerView; readonly at: Spot }): ReactNode {
  const standing = standingOf(peer)
  const length = 2 * Math.PI * NODE_RADIUS_PX
  const letter = [...segmenter.segment(peer.name.trim())][0]?.segment.toLocaleUpperCase() ?? '?'
  return (
    <g className={`swarm-node swarm-${standing}`}>
      <circle className="swarm-disc" cx={at.x} cy={at.y} r={NODE_RADIUS_PX} />
      {standing === 'connecting' || standing === 'failed' ? null : (
        <circle
          className="swarm-ring"
          cx={at.x}
          cy={at.y}
          r={NODE_RADIUS_PX}
          strokeDasharray={`${length * peer.completeness} ${length}`}
          transform={`rotate(-90 ${at.x} ${at.y})`}
        />
      )}
      <text className="swarm-letter" x={at.x} y={at.y} dy="0.36em" textAnchor="middle">
        {letter}
      </text>
    </g>
  )
}

function Label({ peer, at }: { readonly peer: PeerView; readonly at: Spot }): ReactNode {
  const text = useText()
  const format = useFormat()
  const away = NODE_RADIUS_PX + LABEL_GAP_PX
  const top = at.label === 'below' ? at.y + away : at.y - away - LABEL_HEIGHT_PX
  const isDown = peer.downBytesPerSecond >= peer.upBytesPerSecond
  const rate = Math.max(peer.downBytesPerSecond, peer.upBytesPerSecond)
  const standing = standingOf(peer)
  const below =
    standing === 'connecting' || standing === 'failed'
      ? text.details.peers[standing]
      : rate > 0
        ? `${isDown ? '↓' : '↑'} ${format.rate(rate)}`
        : ''
  return (
    <div
      className={`swarm-label swarm-label-${at.label}`}
      style={{ left: at.x - LABEL_WIDTH_PX / 2, top }}
      aria-hidden="true"
    >
      <span className="swarm-name truncate">{peer.name === '' ? text.details.swarm.unnamed : peer.name}</span>
      {below === '' ? null : <span className="swarm-rate tabular">{below}</span>}
    </div>
  )
}

function pictureWords(peers: readonly PeerView[], text: Messages, format: Format): string {
  const words = text.details.swarm
  const parts = STANDINGS.flatMap((standing) => {
    const count = peers.filter((peer) => standingOf(peer) === standing).length
    return count === 0 ? [] : [words.counted[standing](format.count(count))]
  })
  return words.picture(parts.join(', '))
}

function isSamePlaces(left: Places, right: Places): boolean {
  return left.size === right.size && [...right].every(([peer, place]) => left.get(peer) === place)
}

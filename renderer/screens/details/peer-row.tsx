/** One connection: who, over which route and why, how fast, and on demand everything that is known of it. */

import { memo, useId, useState, type ReactNode } from 'react'
import { ArrowDown, ArrowUp, ChevronDown, CircleAlert, Loader } from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components'
import type { PeerView } from '#shared/api/views.ts'
import { RouteBadge } from '../../parts/route-badge.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { connectionWords } from './route-words.ts'
import { PeerRoutes } from './peer-routes.tsx'
import { isSameData } from './same-data.ts'
import './peer-row.css'

export const PeerRow = memo(
  function PeerRow({ peer }: { readonly peer: PeerView }): ReactNode {
    const text = useText()
    const lanesId = useId()
    const [isOpen, setIsOpen] = useState(false)
    const name = peer.name === '' ? text.details.swarm.unnamed : peer.name
    const hasLanes = peer.lanes.length > 0
    return (
      <li className="peer">
        <div className="peer-head">
          <span className={peer.name === '' ? 'peer-name truncate muted' : 'peer-name truncate'} title={name}>
            {name}
          </span>
          <Badge peer={peer} />
          <Rates peer={peer} />
          {hasLanes ? (
            <AriaButton
              className="button button-icon button-quiet peer-more"
              aria-label={text.details.peers.show(name)}
              aria-expanded={isOpen}
              {...(isOpen ? { 'aria-controls': lanesId } : {})}
              onPress={() => setIsOpen(!isOpen)}
            >
              <ChevronDown className={isOpen ? 'peer-turned' : undefined} aria-hidden="true" />
            </AriaButton>
          ) : (
            <span className="peer-more" />
          )}
        </div>
        <p className={peer.state === 'failed' ? 'peer-why peer-why-failed' : 'peer-why'}>
          {connectionWords(peer, text)}
        </p>
        {peer.state === 'connected' ? <Facts peer={peer} /> : null}
        {isOpen && hasLanes ? (
          <div className="peer-lanes" id={lanesId}>
            <PeerRoutes peer={peer} />
          </div>
        ) : null}
      </li>
    )
  },
  (before, after) => isSameData(before.peer, after.peer),
)

function Badge({ peer }: { readonly peer: PeerView }): ReactNode {
  const text = useText()
  if (peer.state === 'failed') {
    return (
      <span className="route-badge peer-badge-failed">
        <CircleAlert aria-hidden="true" />
        {text.details.peers.failed}
      </span>
    )
  }
  if (peer.state === 'connecting' || peer.route === null) {
    return (
      <span className="route-badge peer-badge-connecting">
        <Loader aria-hidden="true" />
        {text.details.peers.connecting}
      </span>
    )
  }
  return <RouteBadge kind={peer.route.kind} />
}

function Rates({ peer }: { readonly peer: PeerView }): ReactNode {
  const text = useText()
  const format = useFormat()
  if (peer.state !== 'connected') return <span className="peer-rates" />
  const down = format.rate(peer.downBytesPerSecond)
  const up = format.rate(peer.upBytesPerSecond)
  return (
    <span className="peer-rates tabular">
      <span className={peer.downBytesPerSecond > 0 ? 'peer-rate' : 'peer-rate peer-still'}>
        <ArrowDown aria-hidden="true" />
        <span aria-hidden="true">{down}</span>
        <span className="hidden-visually">{text.details.down(down)}</span>
      </span>
      <span className={peer.upBytesPerSecond > 0 ? 'peer-rate' : 'peer-rate peer-still'}>
        <ArrowUp aria-hidden="true" />
        <span aria-hidden="true">{up}</span>
        <span className="hidden-visually">{text.details.up(up)}</span>
      </span>
    </span>
  )
}

function Facts({ peer }: { readonly peer: PeerView }): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.details.peers
  return (
    <div className="peer-facts tabular">
      <span className="peer-has">
        <span className="peer-bar" aria-hidden="true">
          <span style={{ transform: `scaleX(${Math.min(1, peer.completeness)})` }} />
        </span>
        <span>{peer.completeness >= 1 ? words.hasAll : words.has(format.percent(peer.completeness))}</span>
      </span>
      {peer.roundTripMs === null ? null : (
        <span>{words.roundTripIs(format.milliseconds(peer.roundTripMs))}</span>
      )}
      {peer.receivedBytes > 0 ? <span>{words.received(format.bytes(peer.receivedBytes))}</span> : null}
      {peer.sentBytes > 0 ? <span>{words.sent(format.bytes(peer.sentBytes))}</span> : null}
    </div>
  )
}

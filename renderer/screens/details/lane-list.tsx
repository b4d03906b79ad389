/** Everything that is known of a connection’s lanes: what ICE calls it, and what that means. */

import type { ReactNode } from 'react'
import type { CandidateType, PeerView } from '#shared/api/views.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { RouteBadge } from '../../parts/route-badge.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { routeWords } from './route-words.ts'

type LaneView = PeerView['lanes'][number]

export function LaneList({ lanes }: { readonly lanes: PeerView['lanes'] }): ReactNode {
  return (
    <ul className="lanes">
      {lanes.map((lane, i) => (
        <Lane key={lane.id} lane={lane} number={i + 1} isOnly={lanes.length === 1} />
      ))}
    </ul>
  )
}

interface LaneProps {
  readonly lane: LaneView
  readonly number: number
  /** What stands above is about this one, and is not said again. */
  readonly isOnly: boolean
}

function Lane({ lane, number, isOnly }: LaneProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.details.peers
  const { route } = lane
  return (
    <li className={lane.state === 'leaving' ? 'lane lane-leaving' : 'lane'}>
      {isOnly ? null : (
        <div className="lane-head tabular">
          <span className="lane-number">{words.lane(format.count(number))}</span>
          {route === null ? null : <RouteBadge kind={route.kind} />}
          {lane.roundTripMs === null ? null : (
            <span className="muted">{words.roundTripIs(format.milliseconds(lane.roundTripMs))}</span>
          )}
        </div>
      )}
      {route === null ? (
        <p className="muted">{words.laneOpening}</p>
      ) : (
        <>
          {isOnly ? null : (
            <p className="lane-why">
              {lane.state === 'leaving' ? words.laneLeaving : routeWords(route, text)}
            </p>
          )}
          <dl className="lane-facts">
            <End label={words.here} type={route.localType} address={route.localAddress} />
            <End label={words.there} type={route.remoteType} address={route.remoteAddress} />
            <dt>{words.protocol}</dt>
            <dd>{words.protocols[route.protocol]}</dd>
          </dl>
        </>
      )}
    </li>
  )
}

function End(props: {
  readonly label: string
  readonly type: CandidateType
  readonly address: string
}): ReactNode {
  const text = useText()
  const { label, type, address } = props
  return (
    <>
      <dt>{label}</dt>
      <dd className="lane-end">
        <span className="lane-address">
          <span className="mono">{address}</span>
          <CopyButton value={address} label={text.details.peers.copyAddress(address)} isSmall />
        </span>
        <span className="lane-type">
          {text.details.peers.types[type]} <span className="mono">({type})</span>
        </span>
      </dd>
    </>
  )
}

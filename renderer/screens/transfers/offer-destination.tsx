/** Where an offer's files shall go, and whether they fit. */

import type { ReactNode } from 'react'
import { Folder } from 'lucide-react'
import { Button } from '../../parts/button.tsx'
import { Note } from '../../parts/notes.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import type { Room, Space } from './offer-room.ts'

interface DestinationProps {
  readonly path: string
  readonly space: Space | undefined
  readonly room: Room
  readonly neededBytes: number
  readonly onChange: () => void
}

export function Destination({ path, space, room, neededBytes, onChange }: DestinationProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const words = text.transfers.receive
  const free = space?.freeBytes ?? null
  return (
    <div className="destination">
      <div className="destination-row">
        <Folder aria-hidden="true" />
        <div className="destination-words">
          <span className="destination-label">{words.destination}</span>
          {/* From the right: the last folder is the one that matters. */}
          <span className="destination-path" title={path}>
            <bdi>{path}</bdi>
          </span>
        </div>
        {free === null ? null : (
          <span className="destination-free muted tabular">{words.free(format.bytes(free))}</span>
        )}
        <Button onPress={onChange}>{words.change}</Button>
      </div>
      {room.problem === 'space' ? (
        <Note tone="bad">{words.noSpace(format.bytes(neededBytes), format.bytes(free ?? 0))}</Note>
      ) : room.problem === 'permission' ? (
        <Note tone="bad">{text.errors['disk.no-permission']}</Note>
      ) : space?.exists === false ? (
        <p className="destination-hint">{words.willBeMade}</p>
      ) : null}
    </div>
  )
}

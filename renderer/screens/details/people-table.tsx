/** Everybody who was ever connected, and how much went either way. */

import { memo, type ReactNode } from 'react'
import type { DetailsEvent } from '#shared/api/transfer-views.ts'
import { useFormat, useText } from '../../text/text-context.tsx'
import { isSameData } from './same-data.ts'

export const PeopleTable = memo(function PeopleTable(props: {
  readonly people: DetailsEvent['people']
}): ReactNode {
  const text = useText()
  const words = text.details.people
  if (props.people.length === 0) return <p className="muted">{words.none}</p>
  return (
    <table className="people">
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col" className="people-has">
            {words.has}
          </th>
          <th scope="col" className="people-bytes">
            {words.received}
          </th>
          <th scope="col" className="people-bytes">
            {words.sent}
          </th>
        </tr>
      </thead>
      <tbody>
        {props.people.map((person) => (
          <Person key={person.peer} person={person} />
        ))}
      </tbody>
    </table>
  )
}, isSameData)

const Person = memo(function Person(props: { readonly person: DetailsEvent['people'][number] }): ReactNode {
  const text = useText()
  const format = useFormat()
  const { person } = props
  const words = text.details.people
  const name = person.name === '' ? text.details.swarm.unnamed : person.name
  return (
    <tr>
      <th scope="row" className="people-who truncate" title={name}>
        <span
          className={person.isHere ? 'people-dot people-here' : 'people-dot'}
          title={person.isHere ? words.isHere : words.isGone}
        />
        {name}
        <span className="hidden-visually">{person.isHere ? words.isHere : words.isGone}</span>
      </th>
      <td className="people-has tabular">
        <span className="peer-bar" aria-hidden="true">
          <span style={{ transform: `scaleX(${Math.min(1, person.completeness)})` }} />
        </span>
        {format.percent(person.completeness)}
      </td>
      <td className="people-bytes tabular">{format.bytes(person.receivedBytes)}</td>
      <td className="people-bytes tabular">{format.bytes(person.sentBytes)}</td>
    </tr>
  )
}, isSameData)

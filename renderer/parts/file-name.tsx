/** A name that may be longer than its place: it is cut in the middle, so that the extension stays in sight. */

import type { ReactNode } from 'react'
import { splitName } from './split-name.ts'
import './file-name.css'

export function FileName({ name }: { readonly name: string }): ReactNode {
  const { start, end } = splitName(name)
  return (
    <span className="file-name" title={name}>
      <span className="file-name-start">{start}</span>
      {end === '' ? null : <span className="file-name-end">{end}</span>}
    </span>
  )
}

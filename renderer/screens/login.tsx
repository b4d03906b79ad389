/** A page of `beeline serve` that is not let in yet. */

import type { ReactNode } from 'react'

export function Login(_props: {
  readonly state: 'token' | 'password'
  readonly onDone: () => void
}): ReactNode {
  return null
}

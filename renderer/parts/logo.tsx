/** The sign of Beeline. */

import type { ReactNode } from 'react'
import sign from '../public/favicon.svg'

export function Logo({ size }: { readonly size: number }): ReactNode {
  return <img src={sign} width={size} height={size} alt="" />
}

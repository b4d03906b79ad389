/** Before the first snapshot, and when there will be none. */

import { useEffect, useState, type ReactNode } from 'react'
import { Empty } from '../parts/empty.tsx'
import { Logo } from '../parts/logo.tsx'
import { Spinner } from '../parts/progress.tsx'
import { errorText, useText } from '../text/text-context.tsx'

/** A connection that stands sooner shows nothing but the window itself. Milliseconds. */
const QUIET_MS = 400

export function Waiting({ failure }: { readonly failure?: string }): ReactNode {
  const text = useText()
  const [isLong, setIsLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), QUIET_MS)
    return () => clearTimeout(timer)
  }, [])
  if (failure !== undefined) return <Empty picture={<Logo size={48} />} title={errorText(text, failure)} />
  if (!isLong) return null
  return (
    <Empty
      picture={<Logo size={48} />}
      title={text.common.connecting}
      actions={<Spinner label={text.common.loading} />}
    />
  )
}

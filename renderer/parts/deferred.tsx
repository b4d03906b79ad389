/**
 * Parts of the window that the first screen does not need: fetched when they are first shown, or in a quiet moment
 * before. A page whose server is gone, or was replaced by another version, may not get them any more, and says so.
 */

import { createElement, useEffect, useState, type FunctionComponent, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Empty } from './empty.tsx'
import { useText } from '../text/text-context.tsx'

export interface Deferred<Props extends object> extends FunctionComponent<Props> {
  /** Fetches it before it is needed. A failure is told when it is shown. */
  readonly prepare: () => void
}

/** @param load gives the component; called again after a failure */
export function deferred<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
): Deferred<Props> {
  let loaded: FunctionComponent<Props> | undefined
  let coming: Promise<void> | undefined
  const fetch = (): Promise<void> => {
    coming ??= load().then(
      (component) => {
        loaded = component
      },
      (thrown: unknown) => {
        coming = undefined
        throw thrown
      },
    )
    return coming
  }
  function Shown(props: Props): ReactNode {
    const [state, setState] = useState<'coming' | 'here' | 'failed'>(loaded === undefined ? 'coming' : 'here')
    useEffect(() => {
      if (state !== 'coming') return undefined
      let isWanted = true
      const settle = (next: 'here' | 'failed') => (): void => {
        if (isWanted) setState(next)
      }
      fetch().then(settle('here'), settle('failed'))
      return () => {
        isWanted = false
      }
    }, [state])
    if (state === 'failed') return <Missing />
    return loaded === undefined ? null : createElement(loaded, props)
  }
  return Object.assign(Shown, {
    prepare: () => {
      fetch().catch(() => undefined)
    },
  })
}

function Missing(): ReactNode {
  const text = useText()
  return (
    <div role="alert">
      <Empty
        title={text.common.partMissing}
        actions={
          <Button kind="primary" onPress={() => location.reload()}>
            {text.common.reload}
          </Button>
        }
      >
        {text.common.partMissingHint}
      </Empty>
    </div>
  )
}

/** What the others see of this device, on the first screen: before the first share is the time to change it. */

import type { ReactNode } from 'react'
import { useApp } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import './own-name.css'

export function OwnName({ onSettings }: { readonly onSettings: () => void }): ReactNode {
  const words = useText().transfers.empty
  const name = useApp().settings.general.deviceName
  return (
    <p className="own-name">
      <span>{name === '' ? words.nameless : words.named(name)}</span>
      <button type="button" className="own-name-change" onClick={onSettings}>
        {words.rename}
      </button>
    </p>
  )
}

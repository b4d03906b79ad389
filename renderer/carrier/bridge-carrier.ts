/** The carrier that the desktop shell's preload puts into the page. */

import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import type { Carrier, DesktopBridge } from '#shared/api/carrier.ts'

declare global {
  interface Window {
    readonly beeline?: DesktopBridge
  }
}

export function bridgeCarrier(bridge: DesktopBridge): Carrier {
  const inbox = new CarrierInbox()
  const connection = bridge.connect(
    (text) => inbox.message(text),
    () => inbox.close(),
  )
  return {
    send: (text) => connection.send(text),
    attach: (events) => inbox.attach(events),
    close: () => {
      connection.close()
      inbox.close()
    },
  }
}

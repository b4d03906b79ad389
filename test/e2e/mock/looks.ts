/** Every screen and state worth a picture. */

import { DOCTOR_LOOKS } from './doctor-looks.ts'
import { appView } from './fixtures.ts'
import type { Look } from './look-shape.ts'
import { mockEngine } from './mock-engine.ts'
import { QUEUE_LOOKS } from './queue-looks.ts'
import { SETTINGS_LOOKS } from './settings-looks.ts'
import { TRANSFER_LOOKS } from './transfer-looks.ts'
import { DETAILS_LOOKS } from './details-looks.ts'

const FRAME_LOOKS: readonly Look[] = [
  { name: 'transfers', engine: () => mockEngine() },
  { name: 'empty', engine: () => mockEngine(appView({ transfers: [] })) },
  {
    name: 'engine-lost',
    engine: () => mockEngine(),
    mayComplain: /WebSocket/,
    prepare: async (_page, { mock }) => {
      mock.down()
    },
  },
]

export const LOOKS: readonly Look[] = [
  ...FRAME_LOOKS,
  ...TRANSFER_LOOKS,
  ...QUEUE_LOOKS,
  ...DETAILS_LOOKS,
  ...SETTINGS_LOOKS,
  ...DOCTOR_LOOKS,
]

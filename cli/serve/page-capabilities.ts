/** What a browser page of `beeline serve` can do, beside what it asks the engine for. */

import type { Capabilities } from '#shared/api/host-views.ts'
import { UPLOAD_PATH } from './page-requests.ts'

export const PAGE_CAPABILITIES: Capabilities = {
  shell: 'web',
  dialogs: false,
  reveal: false,
  startAtLogin: false,
  tray: false,
  notifications: false,
  updates: false,
  upload: UPLOAD_PATH,
  secrets: 'file',
}

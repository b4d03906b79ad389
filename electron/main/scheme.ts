/** `app://beeline/`: the page's own scheme, so that no file URL and no server is needed to show it. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { protocol } from 'electron'
import { AppError } from '#shared/errors.ts'
import { servePage } from './page-files.ts'
import { PAGE_SCHEME } from './sender.ts'

/** Before `ready`. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** After `ready`. Throws AppError `ui.not-built`. */
export function handleScheme(folder: string): void {
  if (!existsSync(join(folder, 'index.html'))) throw new AppError('ui.not-built', { detail: folder })
  protocol.handle(PAGE_SCHEME, servePage(folder))
}

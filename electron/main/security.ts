/** What no page in this program may do, whatever it shows: leave, open windows, embed, ask for devices. */

import { app, session, shell, type WebContents } from 'electron'
import { mayOpenOutside } from './outside-links.ts'
import { mayUse } from './permissions.ts'
import { isPageUrl } from './sender.ts'

/** Before `ready`, so that no contents are made without it. */
export function guardContents(): void {
  app.on('web-contents-created', (_event, contents) => guard(contents))
}

/** After `ready`. Both handlers: one is asked before, the other instead of a question to the person. */
export function guardSession(): void {
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(details.isMainFrame && mayUse(permission, details.requestingUrl)),
  )
  defaultSession.setPermissionCheckHandler((_contents, permission, _origin, details) =>
    mayUse(permission, details.isMainFrame ? details.requestingUrl : undefined),
  )
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.setDisplayMediaRequestHandler((_request, answer) => answer({}))
  // What a transfer writes, the engine writes, and nobody else.
  defaultSession.on('will-download', (event) => event.preventDefault())
}

interface Navigation {
  readonly url: string
  readonly isMainFrame: boolean
  preventDefault(): void
}

function guard(contents: WebContents): void {
  const onNavigation = (navigation: Navigation): void => {
    // Loading itself anew is all that our page may do.
    if (navigation.isMainFrame && isPageUrl(navigation.url)) return
    navigation.preventDefault()
    if (navigation.isMainFrame) openOutside(navigation.url)
  }
  contents.on('will-frame-navigate', onNavigation)
  contents.on('will-navigate', onNavigation)
  contents.on('will-redirect', (redirect) => redirect.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url)
    return { action: 'deny' }
  })
}

function openOutside(url: string): void {
  // Without a program for it there is nothing that could be done.
  if (mayOpenOutside(url)) shell.openExternal(url).catch(() => {})
}

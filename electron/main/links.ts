/** How links and files reach us from outside: arguments, a second start, macOS' own events. */

import { existsSync } from 'node:fs'
import { app } from 'electron'
import * as v from 'valibot'
import { isLink, readStart, Start, type Wishes } from './arguments.ts'
import { LINK_SCHEME } from './identity.ts'
import type { OutsideWishes } from './outside-wishes.ts'

/** Of this process. Unpacked, the first argument is the program's folder. */
export function ownStart(): Start {
  return { arguments: process.argv.slice(app.isPackaged ? 1 : 2), workingDir: process.cwd() }
}

export function wishesOf(start: Start): Wishes {
  const wishes = readStart(start)
  // Chromium adds arguments of its own, and a path that is nowhere is of no use to anybody.
  return { ...wishes, paths: wishes.paths.filter((path) => existsSync(path)) }
}

/** While the program starts: macOS reports the link that it was started for early. */
export function listenOutside(wishes: OutsideWishes): void {
  app.on('second-instance', (_event, _argv, _workingDir, data) => {
    const start = v.safeParse(Start, data)
    wishes.add(wishesOf(start.success ? start.output : { arguments: [], workingDir: '' }))
  })
  app.on('open-url', (event, url) => {
    event.preventDefault()
    wishes.add({ links: isLink(url) ? [url] : [], paths: [], isHidden: false })
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    wishes.add({ links: [], paths: [path], isHidden: false })
  })
}

/**
 * On Windows the installed program enters itself. macOS reads it from the bundle and Linux from the package's desktop
 * file; to change a person's choice there at every start would be rude.
 */
export function registerLinks(): void {
  if (app.isPackaged && process.platform === 'win32') app.setAsDefaultProtocolClient(LINK_SCHEME)
}

/** Opens an address in the person's browser, if there is one; nothing depends on whether it works. */

import { spawn } from 'node:child_process'

export function openBrowser(url: string, platform: NodeJS.Platform): void {
  const [program, ...argv] = browserCommand(url, platform)
  const child = spawn(program, argv, { detached: true, stdio: 'ignore' })
  child.once('error', () => undefined)
  child.unref()
}

export function browserCommand(url: string, platform: NodeJS.Platform): [string, ...string[]] {
  if (platform === 'darwin') return ['open', url]
  // `start` is a command of the shell, in which & would end the address; ours has none.
  if (platform === 'win32') return ['cmd', '/c', 'start', '', url]
  return ['xdg-open', url]
}

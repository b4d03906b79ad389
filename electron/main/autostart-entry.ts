/** The file by which desktops of Linux start a program at login (XDG autostart). Pure. */

import path from 'node:path'
import { APP_ID, PRODUCT } from './identity.ts'

export function autostartFile(
  environment: Readonly<Record<string, string | undefined>>,
  homeDir: string,
): string {
  const base = environment['XDG_CONFIG_HOME']
  // The specification: a relative one is invalid and to be ignored.
  const config =
    base !== undefined && path.posix.isAbsolute(base) ? base : path.posix.join(homeDir, '.config')
  return path.posix.join(config, 'autostart', `${APP_ID}.desktop`)
}

export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${PRODUCT}`,
    `Exec=${command.map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

/** Quoted as the desktop entry specification asks for, whose values have escapes of their own below the quotes. */
function quoted(argument: string): string {
  const inner = argument.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%')
  return `"${inner.replaceAll('\\', String.raw`\\`)}"`
}

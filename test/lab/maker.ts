/**
 * Whose a namespace or folder of the lab is. Each name carries the process that made it, so that a later run can tell what a
 * killed one left behind, and remove that and nothing else.
 */

import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runCommand } from './command.ts'

const PREFIX = 'beelab'
/** Per namespace, what replaces files of /etc in it: a custom of `ip netns exec`. */
const NAMESPACE_ETC = '/etc/netns'

/** Process id and start time: the id alone may have gone to another process since. */
export function nameOf(part: string, maker: string = ownMaker()): string {
  return `${PREFIX}-${maker}-${part}`
}

export function labFolder(part: string): string {
  return path.join(tmpdir(), nameOf(part))
}

export function etcFolder(namespace: string): string {
  return path.join(NAMESPACE_ETC, namespace)
}

/** True for what this lab made when its maker does not run any more. */
export function isLeftover(
  name: string,
  startOf: (processId: number) => string | undefined = startTimeOf,
): boolean {
  const [, processId, start] = new RegExp(`^${PREFIX}-(\\d+)\\.(\\d+)-`).exec(name) ?? []
  return processId !== undefined && startOf(Number(processId)) !== start
}

/** Removes namespaces, their processes and folders of makers that are gone. */
export async function sweepLeftovers(): Promise<void> {
  const listed = await runCommand('ip', ['netns', 'list'])
  const namespaces = listed.split('\n').map((line) => line.split(' ')[0] ?? '')
  for (const name of namespaces.filter((one) => isLeftover(one))) await removeNamespace(name)
  for (const folder of [tmpdir(), NAMESPACE_ETC]) {
    for (const name of entriesOf(folder).filter((one) => isLeftover(one))) {
      rmSync(path.join(folder, name), { recursive: true, force: true })
    }
  }
}

/** With every process that still runs in it, each killed by its id. */
export async function removeNamespace(name: string): Promise<void> {
  try {
    for (const line of (await runCommand('ip', ['netns', 'pids', name])).split('\n')) {
      if (line.trim() !== '') killProcess(Number(line))
    }
    await runCommand('ip', ['netns', 'delete', name])
  } catch (error) {
    // Another run may have swept it in the same moment.
    if ((await runCommand('ip', ['netns', 'list'])).includes(name)) throw error
  }
  rmSync(etcFolder(name), { recursive: true, force: true })
}

function killProcess(processId: number): void {
  try {
    process.kill(processId, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function ownMaker(): string {
  return `${process.pid}.${startTimeOf(process.pid)}`
}

/** In clock ticks since the computer started; undefined when no such process runs. */
function startTimeOf(processId: number): string | undefined {
  try {
    // The second field is the program's name in brackets and may have spaces: the 20th after it is field 22.
    return readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]
  } catch {
    return undefined
  }
}

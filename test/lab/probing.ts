/** Starts the lab's own probes inside its hosts and reads what they found. */

import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { SERVERS } from './addresses.ts'
import type { Lab } from './lab.ts'
import type { LabProcess } from './lab-process.ts'
import type { Namespace } from './namespace.ts'
import { Behaviour } from './reflection.ts'

type Family = 'ipv4' | 'ipv6'

/** One for each family; they run until the lab ends. */
export async function startReflectors(lab: Lab): Promise<void> {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const reflector = startProgram(lab.internet, 'reflector.ts', reflectorAddresses(family))
    await reflector.line((line) => (line === 'listening' ? line : undefined))
  }
}

/** What the network does to a host's packets; rejects when the probe itself fails. */
export async function behaviourOf(host: Namespace, family: Family): Promise<Behaviour> {
  await using probe = startProgram(host, 'probe.ts', reflectorAddresses(family))
  return await probe.line((line) => v.parse(v.pipe(v.string(), v.parseJson(), Behaviour), line))
}

/** Whether each hears the other, from the address it knows of it, when two hosts send to each other's outside address at one time. */
export async function punch(left: Namespace, right: Namespace): Promise<{ left: boolean; right: boolean }> {
  await using leftEnd = startProgram(left, 'puncher.ts', [SERVERS.reflector.ipv4])
  await using rightEnd = startProgram(right, 'puncher.ts', [SERVERS.reflector.ipv4])
  const address = (line: string): string | undefined => (/^\d[\d.]+:\d+$/.test(line) ? line : undefined)
  const [leftAddress, rightAddress] = await Promise.all([leftEnd.line(address), rightEnd.line(address)])
  leftEnd.write(`${rightAddress}\n`)
  rightEnd.write(`${leftAddress}\n`)
  const heard = (line: string): string[] | undefined =>
    line.startsWith('[') ? v.parse(v.pipe(v.string(), v.parseJson(), v.array(v.string())), line) : undefined
  const [leftHeard, rightHeard] = await Promise.all([leftEnd.line(heard), rightEnd.line(heard)])
  return { left: leftHeard.includes(rightAddress), right: rightHeard.includes(leftAddress) }
}

/** Whether a host can open a TCP connection to a public server. */
export async function reachesTcp(host: Namespace, address: string, port: number): Promise<boolean> {
  const code = `require('node:net').connect(${port}, '${address}', () => process.exit(0)).on('error', () => process.exit(1))
    setTimeout(() => process.exit(1), 1000)`
  return (await host.run(process.execPath, ['-e', code])).code === 0
}

function startProgram(host: Namespace, file: string, argv: readonly string[]): LabProcess {
  return host.start(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...argv])
}

function reflectorAddresses(family: Family): string[] {
  return [SERVERS.reflector[family], SERVERS.reflectorSecond[family]]
}

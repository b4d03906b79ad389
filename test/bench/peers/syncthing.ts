/** Syncthing of Debian: two devices that know each other's address, one folder, nothing of its discovery. */

import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Host } from '#test/lab/emulator/host.ts'
import { lineOf, whenComplete, type Contender } from './contender.ts'

const PORT = 22_000
const ID = /[A-Z2-7]{7}(?:-[A-Z2-7]{7}){7}/

interface Device {
  readonly host: Host
  readonly home: string
  readonly folder: string
  readonly id: string
}

export const syncthing: Contender = {
  name: 'Syncthing',
  packages: ['syncthing'],
  takesFolders: true,
  async deliver(work) {
    const { emulator, source, scratch } = work
    const from = await makeDevice(emulator.left, join(scratch, 'from'))
    const to = await makeDevice(emulator.right, join(scratch, 'to'))
    copyInto(source, from.folder)
    writeConfig(from, to, 'sendonly')
    writeConfig(to, from, 'receiveonly')
    const sender = run(from)
    // It has hashed everything by then.
    await lineOf(sender, (line) => line.includes('Completed initial scan'))
    const startedMs = performance.now()
    const receiver = run(to)
    // Nobody reads them, and a full pipe would hold it up.
    receiver.stdout?.resume()
    receiver.stderr?.resume()
    const copy = join(to.folder, basename(source))
    const seconds = await whenComplete(copy, work, startedMs)
    receiver.kill('SIGKILL')
    sender.kill('SIGKILL')
    return { copy, seconds }
  },
}

async function makeDevice(host: Host, home: string): Promise<Device> {
  const folder = join(home, 'folder')
  mkdirSync(join(folder, '.stfolder'), { recursive: true })
  await host.succeed('syncthing', ['generate', `--home=${home}`, '--no-default-folder'])
  const said = await host.succeed('syncthing', [`--home=${home}`, '--device-id'])
  const id = ID.exec(said)?.[0]
  if (id === undefined) throw new Error(`syncthing tells no device id: ${said}`)
  return { host, home, folder, id }
}

function run({ host, home }: Device): ReturnType<Host['spawn']> {
  return host.spawn('syncthing', ['serve', `--home=${home}`, '--no-browser', '--no-restart'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, STNOUPGRADE: '1', HOME: home },
  })
}

/** Otherwise as it is by default, but that it speaks to nobody else, is no more modest than others, and dials at once. */
function writeConfig(own: Device, other: Device, type: 'sendonly' | 'receiveonly'): void {
  const { address } = other.host
  writeFileSync(
    join(own.home, 'config.xml'),
    `<configuration version="35">
  <folder id="work" path="${own.folder}" type="${type}" rescanIntervalS="3600" fsWatcherEnabled="false">
    <device id="${own.id}"></device><device id="${other.id}"></device>
  </folder>
  <device id="${own.id}"><address>dynamic</address></device>
  <device id="${other.id}" compression="metadata"><address>tcp://${address}:${PORT}</address></device>
  <gui enabled="false"></gui>
  <options>
    <listenAddress>tcp://${own.host.address}:${PORT}</listenAddress>
    <globalAnnounceEnabled>false</globalAnnounceEnabled>
    <localAnnounceEnabled>false</localAnnounceEnabled>
    <relaysEnabled>false</relaysEnabled>
    <natEnabled>false</natEnabled>
    <reconnectionIntervalS>1</reconnectionIntervalS>
    <startBrowser>false</startBrowser>
    <urAccepted>-1</urAccepted>
    <crashReportingEnabled>false</crashReportingEnabled>
    <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
    <setLowPriority>false</setLowPriority>
  </options>
</configuration>
`,
  )
}

/** It keeps marks of its own where it shares from, so it gets a copy. */
function copyInto(source: string, folder: string): void {
  const target = join(folder, basename(source))
  if (statSync(source).isFile()) return copyFileSync(source, target)
  if (!existsSync(target)) mkdirSync(target)
  for (const name of readdirSync(source)) copyFileSync(join(source, name), join(target, name))
}

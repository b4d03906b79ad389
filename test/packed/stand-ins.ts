/**
 * Stand-ins for Electron's distributions: the files and markers that packing reads and changes, and no program behind
 * them. They let the recipe be checked for every system on a computer that has no Electron and no network.
 */

import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { NtExecutable, NtExecutableResource, Resource } from 'resedit'
import type { Target } from '#build/targets.ts'

/** By which @electron/fuses finds the fuses in Electron's program; the package does not export it. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** As in Electron 45: the version of the wire, how many fuses, and their defaults. */
const FUSE_WIRE = Buffer.concat([Buffer.from(SENTINEL), Buffer.of(1, 9), Buffer.from('101100011')])
const NEUTRAL_LANGUAGE = 0x409
const UNICODE = 1200
const X64_MACHINE = 0x8664
const ARM64_MACHINE = 0xaa64
const HELPERS = ['', ' (GPU)', ' (Plugin)', ' (Renderer)']

/** Fills a folder that can be given as `electronDist`. */
export async function makeStandIn(target: Target, folder: string): Promise<void> {
  const files = { linux: linuxFiles, win32: windowsFiles, darwin: macosFiles }[target.os](target)
  files.set('version', '45.4.1').set('LICENSE', 'Electron').set('LICENSES.chromium.html', 'Chromium')
  for (const [name, content] of files) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
    await chmod(file, 0o755)
  }
}

type Files = Map<string, string | Buffer>

function linuxFiles(): Files {
  return new Map<string, string | Buffer>([
    ['electron', Buffer.concat([Buffer.from('#!/bin/sh\nexit 69\n# '), FUSE_WIRE, Buffer.from('\n')])],
    ['chrome-sandbox', ''],
    ['chrome_crashpad_handler', ''],
    ['locales/en-US.pak', ''],
    ['locales/ko.pak', ''],
    ['resources/.keep', ''],
  ])
}

/** electron-builder writes the archive's hash into the program's resources, so there must be a real PE with some. */
function windowsFiles(target: Target): Files {
  const program = NtExecutable.createEmpty(false, false)
  program.newHeader.fileHeader.machine = target.cpu === 'x64' ? X64_MACHINE : ARM64_MACHINE
  const resources = NtExecutableResource.from(program)
  const version = Resource.VersionInfo.createEmpty()
  version.lang = NEUTRAL_LANGUAGE
  version.setStringValues({ lang: NEUTRAL_LANGUAGE, codepage: UNICODE }, { ProductName: 'Electron' })
  version.outputToResourceEntries(resources.entries)
  resources.outputResource(program)
  return new Map<string, string | Buffer>([
    ['electron.exe', Buffer.concat([Buffer.from(program.generate()), FUSE_WIRE])],
    ['ffmpeg.dll', ''],
    ['locales/en-US.pak', ''],
    ['locales/ko.pak', ''],
    ['resources/.keep', ''],
  ])
}

function macosFiles(): Files {
  const files: Files = new Map()
  const app = 'Electron.app/Contents'
  files.set(`${app}/Info.plist`, propertyList({ CFBundleExecutable: 'Electron' }))
  files.set(`${app}/MacOS/Electron`, '')
  files.set(`${app}/Resources/electron.icns`, '')
  files.set(`${app}/Resources/en.lproj/locale.pak`, '')
  files.set(`${app}/Frameworks/Electron Framework.framework/Electron Framework`, FUSE_WIRE)
  for (const suffix of HELPERS) {
    const name = `Electron Helper${suffix}`
    files.set(`${app}/Frameworks/${name}.app/Contents/Info.plist`, propertyList({ CFBundleExecutable: name }))
    files.set(`${app}/Frameworks/${name}.app/Contents/MacOS/${name}`, '')
  }
  return files
}

function propertyList(values: Readonly<Record<string, string>>): string {
  const entries = Object.entries(values).map(([key, value]) => `<key>${key}</key><string>${value}</string>`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>${entries.join('')}</dict></plist>`
}

/**
 * A stand-in for fpm, with which electron-builder makes a .deb and which it would download. It writes no package: it
 * keeps what it was told to put in, and the desktop file, which is gone afterwards.
 */

import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'

const SCRIPT = `
const { readFileSync, writeFileSync } = require('node:fs')
const args = process.argv.slice(2)
const after = (name) => args[args.indexOf(name) + 1]
const content = Object.fromEntries(args.filter((arg) => /=\\//.test(arg)).map((arg) => arg.split('=').reverse()))
const desktop = Object.keys(content).find((path) => path.endsWith('.desktop'))
writeFileSync(after('--package'), JSON.stringify({
  content,
  desktopPath: desktop,
  desktopFile: readFileSync(content[desktop], 'utf8'),
  afterInstall: readFileSync(after('--after-install'), 'utf8'),
  maintainer: after('--maintainer'),
  architecture: after('--architecture'),
}))
`

export const DebianPackage = v.object({
  content: v.record(v.string(), v.string()),
  desktopPath: v.string(),
  desktopFile: v.string(),
  afterInstall: v.string(),
  maintainer: v.string(),
  architecture: v.string(),
})

/** Returns the program's path, for CUSTOM_FPM_PATH. What it “packs” is a JSON of the shape above. */
export async function makePackagerStandIn(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `#!${process.execPath}\n${SCRIPT}`)
  await chmod(file, 0o755)
  return file
}

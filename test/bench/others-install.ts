/** Gets the other programs of the swarm bench from the package registry, once for all runs. */

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

/** With the native library that Beeline uses, so that only the programs differ. */
const PACKAGE = {
  name: 'beeline-bench-others',
  private: true,
  dependencies: { webtorrent: '3.0.21', 'bittorrent-tracker': '11.2.3' },
  overrides: { 'node-datachannel': '0.33.4' },
}
/** Beside the other things that may be thrown away at any time, so that not every run fetches them again. */
const INSTALLED = resolve(import.meta.dirname, '../../coverage/.bench-others')
/**
 * Webtorrent keeps an answer back for five seconds. With this native library the other side's certificate comes meanwhile,
 * before anything is known to check it by, and no connection came of it in a bench of three minutes.
 */
const ANSWERS = { slow: 'ICECOMPLETE_TIMEOUT = 5 * 1000', soon: 'ICECOMPLETE_TIMEOUT = 50' }

const run = promisify(execFile)

/** Installs what both need: aria2 uses the same tracker. @returns the folder, or undefined without a registry */
export async function installOthers(): Promise<string | undefined> {
  const root = INSTALLED
  const text = JSON.stringify(PACKAGE)
  const done = join(root, 'installed.json')
  const mark = JSON.stringify({ PACKAGE, ANSWERS })
  if (existsSync(done) && readFileSync(done, 'utf8') === mark) return root
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'package.json'), text)
  try {
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: root })
  } catch {
    return undefined
  }
  sendAnswersSoon(root)
  writeFileSync(done, mark)
  return root
}

function sendAnswersSoon(root: string): void {
  const file = join(root, 'node_modules/@thaunknown/simple-peer/lite.js')
  const text = readFileSync(file, 'utf8').replace(ANSWERS.slow, ANSWERS.soon)
  if (!text.includes(ANSWERS.soon)) throw new Error('webtorrent answers in another way now')
  writeFileSync(file, text)
}

/** Builds the shell for its specs, once a run, beside what was built for use; the page is a blank one. */

import { spawnSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensurePackages } from '#test/setup/debian-packages.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder with main/, preload/ and renderer/. */
    readonly shellOut: string
    /** It has no UI of its own. */
    readonly hasBlankPage: boolean
    /** Why no spec can run here; null: they can. */
    readonly noChromium: string | null
  }
}

/** BEELINE_SHELL_OUT: another build to try, for example one out of a package. */
export async function setup(project: TestProject): Promise<void> {
  const chosen = process.env['BEELINE_SHELL_OUT']
  const out = chosen === undefined ? path.join(ROOT, 'dist/shell') : path.resolve(chosen)
  project.provide('shellOut', out)
  project.provide('hasBlankPage', chosen === undefined)
  project.provide('noChromium', await missingChromium())
  if (chosen !== undefined) return
  const tool = path.join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js')
  const build = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    env: { ...process.env, BEELINE_OUT: 'dist/shell' },
    encoding: 'utf8',
  })
  if (build.status !== 0) throw new Error(`the shell cannot be built:\n${build.stdout}${build.stderr}`)
  cpSync(path.join(import.meta.dirname, 'page'), path.join(out, 'renderer'), { recursive: true })
  // Complete enough for Electron itself to start it.
  cpSync(path.join(ROOT, 'build/tray'), path.join(out, 'build/tray'), { recursive: true })
  cpSync(path.join(ROOT, 'build/icons'), path.join(out, 'build/icons'), { recursive: true })
  const manifest = { name: 'beeline', version: '0.0.0', type: 'module', main: 'main/index.js' }
  writeFileSync(path.join(out, 'package.json'), JSON.stringify(manifest))
}

async function missingChromium(): Promise<string | null> {
  if (process.env['DOUBLE_CHROMIUM'] !== undefined) return null
  try {
    await ensurePackages(['chromium'])
    return null
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}

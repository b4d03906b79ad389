/**
 * Which files are run: the commands as they were bundled when the packages were installed, which start in two thirds of the time of some
 * 400 sources, or the sources themselves where nothing was bundled or one of them has changed since. Plain JavaScript, for the
 * reason of compile-cache.js.
 */

import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { isFresh } from './freshness.js'

const ROOT = path.resolve(import.meta.dirname, '..')
/** By build/commands.js. */
const BUNDLE = ['out/commands/main.js', 'out/commands/disk-worker.js']
const SOURCES = ['cli', 'engine', 'coordinator', 'shared', 'package.json', 'package-lock.json']

export function programUrl() {
  const inRoot = (name) => path.join(ROOT, name)
  const isBundled = isFresh(BUNDLE.map(inRoot), SOURCES.map(inRoot))
  return pathToFileURL(inRoot(isBundled ? BUNDLE[0] : 'cli/main.ts')).href
}

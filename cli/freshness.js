/**
 * Whether what was built is still what the sources say, by the times of the files. Plain JavaScript: the launcher asks before
 * it is known whether any TypeScript will be loaded.
 */

import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'

export function isFresh(outputs, sources) {
  const built = outputs.map(timeOf)
  if (built.includes(undefined)) return false
  const oldestMs = Math.min(...built)
  return sources.every((source) => newestIn(source) <= oldestMs)
}

function newestIn(source) {
  const own = timeOf(source)
  if (own === undefined) return -Infinity
  if (!statSync(source).isDirectory()) return own
  // The folder's own time too: it tells of files that are gone.
  return Math.max(own, ...readdirSync(source).map((name) => newestIn(path.join(source, name))))
}

function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}

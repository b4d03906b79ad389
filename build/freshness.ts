/** Whether what was built is still what the sources say, by the times of the files. */

import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'

/** @param outputs a build's files, written last @param sources files and folders, those that are missing do not count */
export function isFresh(outputs: readonly string[], sources: readonly string[]): boolean {
  const built = outputs.map(timeOf)
  if (built.includes(undefined)) return false
  const oldestMs = Math.min(...built.map((timeMs) => timeMs ?? 0))
  return sources.every((source) => newestIn(source) <= oldestMs)
}

function newestIn(source: string): number {
  const own = timeOf(source)
  if (own === undefined) return -Infinity
  if (!statSync(source).isDirectory()) return own
  // The folder's own time too: it tells of files that are gone.
  return Math.max(own, ...readdirSync(source).map((name) => newestIn(path.join(source, name))))
}

function timeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}

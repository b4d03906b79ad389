/**
 * How much single files and folders of a share are wanted, by their paths: a folder's stands for everything in it, unless
 * something nearer says otherwise. Pure.
 */

import * as v from 'valibot'
import type { FilePriority } from '../swarm/urgency.ts'
import { filesOf, type Manifest } from './manifest.ts'

export const FILE_PRIORITIES = ['low', 'normal', 'high'] as const satisfies readonly FilePriority[]

/** As the library keeps it: no more than a person says one by one. */
export const FilePriorityList = v.pipe(
  v.array(v.tuple([v.string(), v.picklist(FILE_PRIORITIES)])),
  v.maxLength(200_000),
)

export type FilePriorities = ReadonlyMap<string, FilePriority>

/** What holds for a path: its own, or that of the nearest folder above. */
export function priorityAt(priorities: FilePriorities, path: string): FilePriority {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const own = priorities.get(at)
    if (own !== undefined) return own
    if (at === '') return 'normal'
  }
}

/** With another one for a file, or for a folder and everything in it. */
export function withPriority(
  priorities: FilePriorities,
  path: string,
  priority: FilePriority,
): Map<string, FilePriority> {
  const prefix = path === '' ? '' : `${path}/`
  const next = new Map([...priorities].filter(([at]) => at !== path && !at.startsWith(prefix)))
  if (priorityAt(next, path) !== priority) next.set(path, priority)
  return next
}

/** By file index, those that are not normal. */
export function prioritiesPerFile(manifest: Manifest, priorities: FilePriorities): Map<number, FilePriority> {
  const perFile = new Map<number, FilePriority>()
  if (priorities.size === 0) return perFile
  for (const [file, { path }] of filesOf(manifest).entries()) {
    const priority = priorityAt(priorities, path)
    if (priority !== 'normal') perFile.set(file, priority)
  }
  return perFile
}

/** What a UI sees of the computer the engine runs on. Pure. */

import * as v from 'valibot'

const Bytes = v.pipe(v.number(), v.minValue(0))

export const HostFolder = v.object({
  path: v.string(),
  /** Null at the top of a disk. */
  parent: v.nullable(v.string()),
  /** Folders first, by name. Hidden ones are left out. */
  entries: v.array(
    v.object({
      name: v.string(),
      path: v.string(),
      kind: v.picklist(['file', 'folder']),
      sizeBytes: Bytes,
      modifiedMs: v.number(),
    }),
  ),
  /** There were more than can be shown. */
  isCut: v.boolean(),
  places: v.array(v.object({ kind: v.picklist(['home', 'downloads', 'desktop', 'disk']), path: v.string() })),
})
export type HostFolder = v.InferOutput<typeof HostFolder>

export const Space = v.object({
  /** Null when the system does not tell. */
  freeBytes: v.nullable(Bytes),
  /** False: it will be made. */
  exists: v.boolean(),
  isWritable: v.boolean(),
})
export type Space = v.InferOutput<typeof Space>

/** What this shell can do; the UI leaves away what it cannot. */
export const Capabilities = v.object({
  /** `desktop`: an own window; `web`: a browser page of `beeline serve`. */
  shell: v.picklist(['desktop', 'web']),
  /** The system's own file dialogs. */
  dialogs: v.boolean(),
  /** Open a folder in the file manager. */
  reveal: v.boolean(),
  startAtLogin: v.boolean(),
  tray: v.boolean(),
  notifications: v.boolean(),
  updates: v.boolean(),
  /** Where a page leaves dropped files for the engine, a URL path; null where dropped files have paths. */
  upload: v.nullable(v.string()),
  /** How passwords are kept: by the system's key store, in a file only this user can read. */
  secrets: v.picklist(['system', 'file']),
})
export type Capabilities = v.InferOutput<typeof Capabilities>

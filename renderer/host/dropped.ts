/** What a person drops on the window or chooses in the browser: the files, and the folders with all that is in them. */

import { AppError } from '#shared/errors.ts'
import type { LooseFile } from './upload.ts'

/** Whether something is being dragged here that can be shared. */
export function holdsFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') === true
}

/** Whether it may hold a link: which words they are is told only when they are dropped. */
export function holdsText(data: DataTransfer | null): boolean {
  return data?.types.includes('text/plain') === true
}

/** Absolute paths on this computer, where the shell can tell them; undefined where files have none. */
export function pathsOf(files: Iterable<File>): string[] | undefined {
  return window.beeline?.pathsOf([...files])
}

/**
 * Reads folders through. What was dropped has to be asked for at once, before the browser takes it back, so this must
 * be called within the event itself. Rejects with AppError `source.unreadable`.
 */
export function readDropped(data: DataTransfer, signal: AbortSignal): Promise<LooseFile[]> {
  const entries: FileSystemEntry[] = []
  const loose: LooseFile[] = []
  for (const item of data.items) {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null
    if (entry !== null) entries.push(entry)
    else {
      const file = item.kind === 'file' ? item.getAsFile() : null
      if (file !== null) loose.push({ path: file.name, file })
    }
  }
  return walk(entries, loose, signal)
}

/** Asks by the browser's own dialog, within a click. Nothing when the person changed their mind. */
export function chooseInBrowser(what: 'files' | 'folders'): Promise<LooseFile[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.webkitdirectory = what === 'folders'
  return new Promise((resolve) => {
    input.addEventListener('change', () => {
      // A chosen folder's files know where they lie in it.
      resolve([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })))
    })
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}

async function walk(
  entries: readonly FileSystemEntry[],
  found: LooseFile[],
  signal: AbortSignal,
): Promise<LooseFile[]> {
  const waiting = [...entries]
  // Not recursive: folders may lie deeper in each other than a stack is high.
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    signal.throwIfAborted()
    const path = entry.fullPath.replace(/^\//, '')
    if (isFile(entry)) found.push({ path, file: await fileOf(entry) })
    else if (isFolder(entry)) {
      const children = await childrenOf(entry)
      if (children.length === 0) found.push({ path: `${path}/`, file: null })
      waiting.push(...children.reverse())
    }
  }
  return found
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, (cause) => reject(unreadable(entry, cause)))
  })
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  // It gives some at a time (Chromium: a hundred), and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, (cause) => reject(unreadable(folder, cause)))
    })
    if (some.length === 0) return all
    all.push(...some)
  }
}

function unreadable(entry: FileSystemEntry, cause: unknown): AppError {
  return new AppError('source.unreadable', { detail: entry.fullPath, cause })
}

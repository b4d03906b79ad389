/** Hands files over to `beeline serve`, a few at a time, because a page's files have no paths. Pure. */

/** Files on their way at once: enough to hide the round trip of small ones. */
const AT_ONCE = 3

/** One thing to hand over. */
export interface LooseFile {
  /** Within what was dropped, with `/`. A folder's ends with `/`; it is there for folders with nothing in them. */
  readonly path: string
  /** Null: a folder. */
  readonly file: File | null
}

export interface UploadProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly doneFiles: number
  readonly totalFiles: number
}

/** The way to the server. Both reject with AppError. */
export interface UploadWire {
  /** @param onBytes how many of this file have gone so far */
  put(path: string, file: File | null, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<void>
  /** @returns the paths to share */
  finish(signal: AbortSignal): Promise<string[]>
}

/** Rejects with the first failure, or with the signal's reason; what is on its way is given up then. */
export async function upload(
  files: readonly LooseFile[],
  wire: UploadWire,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const totalBytes = files.reduce((sum, { file }) => sum + (file?.size ?? 0), 0)
  const totalFiles = files.filter(({ file }) => file !== null).length
  let doneBytes = 0
  let doneFiles = 0
  const tell = (): void => onProgress({ doneBytes, totalBytes, doneFiles, totalFiles })
  tell()

  const failing = new AbortController()
  const stopping = AbortSignal.any([signal, failing.signal])
  const queue = files.values()
  const work = async (): Promise<void> => {
    // All workers take from the same iterator.
    for (const { path, file } of queue) {
      stopping.throwIfAborted()
      let sentBytes = 0
      const count = (bytes: number): void => {
        // The request has a few bytes more than the file.
        const sent = Math.min(bytes, file?.size ?? 0)
        doneBytes += sent - sentBytes
        sentBytes = sent
        tell()
      }
      await wire.put(path, file, count, stopping)
      if (file !== null) doneFiles++
      count(file?.size ?? 0)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, work))
  } catch (thrown) {
    failing.abort()
    throw thrown
  }
  return wire.finish(signal)
}

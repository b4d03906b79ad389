import { describe, expect, test } from 'vitest'
import { upload, type UploadProgress, type UploadWire } from '#renderer/host/upload.ts'
import { AppError } from '#shared/errors.ts'

const file = (name: string, sizeBytes: number): File => new File([new Uint8Array(sizeBytes)], name)
const never = new AbortController().signal

/** Answers by hand. */
class Wire implements UploadWire {
  readonly running = new Map<
    string,
    {
      resolve: () => void
      reject: (error: Error) => void
      onBytes: (bytes: number) => void
      signal: AbortSignal
    }
  >()
  readonly seen: string[] = []
  finished = 0

  put(
    path: string,
    _file: File | null,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.seen.push(path)
    return new Promise((resolve, reject) => {
      this.running.set(path, { resolve, reject, onBytes, signal })
      signal.addEventListener('abort', () => reject(new AppError('transfer.stopped')))
    })
  }

  async finish(): Promise<string[]> {
    this.finished++
    return ['/data/uploads/x']
  }

  async end(path: string): Promise<void> {
    this.running.get(path)?.resolve()
    await settle()
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('upload', () => {
  test('sends each once, a few at a time, and finishes after the last', async () => {
    const wire = new Wire()
    const files = ['a', 'b', 'c', 'd', 'e'].map((path) => ({ path, file: file(path, 10) }))
    const paths = upload(files, wire, () => undefined, never)
    await settle()
    expect(wire.seen).toEqual(['a', 'b', 'c'])
    await wire.end('b')
    expect(wire.seen).toEqual(['a', 'b', 'c', 'd'])
    for (const path of ['a', 'c', 'd', 'e']) {
      expect(wire.finished).toBe(0)
      await wire.end(path)
    }
    expect(await paths).toEqual(['/data/uploads/x'])
    expect(wire.seen).toHaveLength(5)
    expect(wire.finished).toBe(1)
  })

  test('tells how far it is, never more than there is', async () => {
    const wire = new Wire()
    const told: UploadProgress[] = []
    const files = [
      { path: 'a', file: file('a', 100) },
      { path: 'b/', file: null },
    ]
    const paths = upload(files, wire, (progress) => told.push(progress), never)
    await settle()
    expect(told.at(-1)).toEqual({ doneBytes: 0, totalBytes: 100, doneFiles: 0, totalFiles: 1 })
    wire.running.get('a')?.onBytes(40)
    expect(told.at(-1)?.doneBytes).toBe(40)
    // The request has its own bytes beside those of the file.
    wire.running.get('a')?.onBytes(140)
    expect(told.at(-1)?.doneBytes).toBe(100)
    await wire.end('a')
    await wire.end('b/')
    await paths
    expect(told.at(-1)).toEqual({ doneBytes: 100, totalBytes: 100, doneFiles: 1, totalFiles: 1 })
  })

  test('the first failure ends it: the others are given up, nothing is finished', async () => {
    const wire = new Wire()
    const files = ['a', 'b', 'c', 'd'].map((path) => ({ path, file: file(path, 10) }))
    const paths = upload(files, wire, () => undefined, never)
    await settle()
    wire.running.get('b')?.reject(new AppError('disk.no-space'))
    await expect(paths).rejects.toMatchObject({ code: 'disk.no-space' })
    expect(wire.running.get('a')?.signal.aborted).toBe(true)
    expect(wire.seen).not.toContain('d')
    expect(wire.finished).toBe(0)
  })

  test('can be stopped', async () => {
    const wire = new Wire()
    const stopping = new AbortController()
    const paths = upload([{ path: 'a', file: file('a', 10) }], wire, () => undefined, stopping.signal)
    await settle()
    stopping.abort()
    await expect(paths).rejects.toMatchObject({ code: 'transfer.stopped' })
    expect(wire.finished).toBe(0)
  })
})

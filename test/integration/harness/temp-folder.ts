/** A folder for one test, gone afterwards. */

import { rmSync } from 'node:fs'
import { mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export class TempFolder implements Disposable {
  readonly path: string

  private constructor(folder: string) {
    this.path = folder
  }

  static async create(): Promise<TempFolder> {
    return new TempFolder(await realpath(await mkdtemp(path.join(tmpdir(), 'beeline-test-'))))
  }

  at(...names: readonly string[]): string {
    return path.join(this.path, ...names)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** One instance per profile folder, decided at once as in Electron, between real processes. */

import { mkdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'

export interface SecondStart {
  readonly argv: readonly string[]
  readonly workingDir: string
  readonly data: unknown
}

export class InstanceLock {
  readonly #folder: string
  readonly #socket: string

  constructor(profile: string) {
    this.#folder = path.join(profile, 'DoubleLock')
    this.#socket = path.join(profile, 'DoubleSocket')
  }

  take(): boolean {
    try {
      mkdirSync(this.#folder)
      return true
    } catch {
      return false
    }
  }

  listen(onStart: (start: SecondStart) => Promise<void>): void {
    const server = createServer((connection) => {
      const chunks: Buffer[] = []
      connection.on('data', (chunk: Buffer) => chunks.push(chunk))
      connection.on('end', () => void onStart(JSON.parse(Buffer.concat(chunks).toString()) as SecondStart))
    })
    server.listen(this.#socket).unref()
    process.on('exit', () => {
      rmSync(this.#folder, { recursive: true, force: true })
      rmSync(this.#socket, { force: true })
    })
  }

  tellHolder(start: SecondStart): void {
    connect(this.#socket).end(JSON.stringify(start))
  }
}

/** Passwords in a file that only this user can read: for computers and shells without a key store. */

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import * as v from 'valibot'
import { randomBytes, toHex } from '#shared/encoding/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { errnoOf, readError, writeError } from '../store/disk-error.ts'
import type { SecretStore } from './app.ts'

const FILE_NAME = 'secrets.json'
/** What stands in the settings instead of the password: this, and a number that says nothing. */
const PREFIX = 'file:'
/** Bytes of that number: two of them are never the same. */
const ID_BYTES = 8

const Secrets = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()))

export function openSecretsFile(dataDir: string): SecretStore {
  return new FileSecrets(dataDir)
}

class FileSecrets implements SecretStore {
  readonly #dataDir: string
  /** One change at a time, each on the file as the last one left it. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  async seal(secret: string): Promise<string> {
    const sealed = `${PREFIX}${toHex(randomBytes(ID_BYTES))}`
    await this.#change((secrets) => secrets.set(sealed, secret))
    return sealed
  }

  async unseal(sealed: string): Promise<string> {
    await this.#last.catch(() => undefined)
    const secret = (await this.#read()).get(sealed)
    if (secret === undefined) {
      throw new AppError('settings.bad-value', { detail: 'the password is not kept here any more' })
    }
    return secret
  }

  async forget(sealed: string): Promise<void> {
    await this.#change((secrets) => secrets.delete(sealed))
  }

  #change(change: (secrets: Map<string, string>) => boolean | Map<string, string>): Promise<void> {
    const changed = this.#last
      .catch(() => undefined)
      .then(async () => {
        const secrets = await this.#read()
        if (change(secrets) !== false) await this.#write(secrets)
      })
    this.#last = changed
    return changed
  }

  async #read(): Promise<Map<string, string>> {
    const file = path.join(this.#dataDir, FILE_NAME)
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (cause) {
      if (errnoOf(cause) === 'ENOENT') return new Map()
      throw readError(cause, file)
    }
    const parsed = v.safeParse(Secrets, text)
    if (parsed.success) return new Map(Object.entries(parsed.output))
    // Somebody may still read in it what the program cannot.
    await rename(file, `${file}.damaged`)
    return new Map()
  }

  /** The whole file or the one before: a power cut leaves no half. */
  async #write(secrets: ReadonlyMap<string, string>): Promise<void> {
    const file = path.join(this.#dataDir, FILE_NAME)
    const temporary = `${file}.new`
    try {
      await mkdir(this.#dataDir, { recursive: true, mode: 0o700 })
      // Made anew, because the mode counts only then.
      await rm(temporary, { force: true })
      {
        await using handle = await open(temporary, 'wx', 0o600)
        await handle.writeFile(JSON.stringify(Object.fromEntries(secrets)))
        await handle.sync()
      }
      await rename(temporary, file)
    } catch (cause) {
      throw writeError(cause, file)
    }
  }
}

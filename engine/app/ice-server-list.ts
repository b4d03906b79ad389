/** The person's own STUN and TURN servers: rows without passwords, and the passwords for as long as the program runs. */

import * as v from 'valibot'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { IceServerId, type IceServerDraft, type IceServerView } from '#shared/api/settings-views.ts'
import { randomBytes, toHex } from '#shared/encoding/bytes.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { locate, parseServer } from '../connect/ice-url.ts'
import type { ServerHealth } from '../connect/server-health.ts'
import { usesOf } from '../connect/server-roster.ts'
import type { EngineOptions } from '../engine.ts'
import type { SecretStore } from './app.ts'

/** A list that a person still overlooks; more is a mistake or a page that plays tricks. */
const MAX_SERVERS = 100
/** Bytes of an id. */
const ID_BYTES = 8

const Row = v.object({
  id: IceServerId,
  url: v.string(),
  username: v.string(),
  /** What the secret store gave for the password; null: there is none. */
  sealed: v.nullable(v.string()),
  isEnabled: v.boolean(),
})
type Row = v.InferOutput<typeof Row>

const Rows = v.pipe(v.string(), v.parseJson(), v.array(v.unknown()))

interface Kept {
  readonly row: Row
  readonly kind: 'stun' | 'turn'
  /** Undefined when the store does not give it out (a locked key store): the row stays, the server is not used. */
  readonly password: string | undefined
}

/** One server as `testServer` wants it. */
export interface ServerAccess {
  readonly kind: 'stun' | 'turn'
  readonly url: string
  readonly username: string
  readonly password: string
}

/** Changes come one after the other: their caller sees to it. */
export class IceServerList {
  readonly #secrets: SecretStore
  readonly #log: NonNullable<EngineOptions['log']>
  #kept: readonly Kept[] = []

  private constructor(secrets: SecretStore, log: NonNullable<EngineOptions['log']>) {
    this.#secrets = secrets
    this.#log = log
  }

  static async open(
    text: string | undefined,
    secrets: SecretStore,
    log: NonNullable<EngineOptions['log']>,
  ): Promise<IceServerList> {
    const list = new IceServerList(secrets, log)
    if (text !== undefined) await list.#load(text)
    return list
  }

  /** @param health of the engine's servers, so that `use` is what the next connection does */
  views(health: Pick<ServerHealth, 'isFailing'>): IceServerView[] {
    const uses = usesOf(
      this.#kept.map(({ row, password }) => ({
        ...locate(row.url),
        username: row.username,
        password: password ?? '',
        isEnabled: row.isEnabled,
      })),
      (server) => health.isFailing(server),
    )
    return this.#kept.map(({ row, kind }, i) => ({
      id: row.id,
      kind,
      url: row.url,
      username: row.username,
      hasPassword: row.sealed !== null,
      isEnabled: row.isEnabled,
      use: uses[i] ?? 'off',
    }))
  }

  /** Those that are switched on, earlier ones preferred. */
  iceServers(): IceServer[] {
    return this.#kept.flatMap(({ row, password }) => {
      if (!row.isEnabled || password === undefined) return []
      return [parseServer({ url: row.url, username: row.username, password }).iceServer]
    })
  }

  /** What stands in the library: never a password. */
  text(): string {
    return JSON.stringify(this.#kept.map(({ row }) => row))
  }

  /** Throws AppError `settings.bad-value`. */
  access(id: IceServerId): ServerAccess {
    const { row, kind, password } = this.#find(id)
    if (password === undefined) {
      throw new AppError('settings.bad-value', { detail: 'server.password: it cannot be read' })
    }
    return { kind, url: row.url, username: row.username, password }
  }

  /** A draft; where it has no password, that of a saved server. Throws AppError `relay.*` or `settings.bad-value`. */
  draftAccess(draft: IceServerDraft, savedAs: IceServerId | undefined): ServerAccess {
    const password = draft.password ?? (savedAs === undefined ? '' : this.access(savedAs).password)
    const { kind, url } = parseServer({ url: draft.url, username: draft.username, password })
    return { kind, url, username: draft.username, password }
  }

  async add(draft: IceServerDraft): Promise<IceServerId> {
    if (this.#kept.length >= MAX_SERVERS) {
      throw new AppError('settings.bad-value', { detail: `servers: ${MAX_SERVERS} at most` })
    }
    const { kind, url, username, password } = this.draftAccess(draft, undefined)
    const id = v.parse(IceServerId, toHex(randomBytes(ID_BYTES)))
    const sealed = await this.#seal(password)
    this.#kept = [...this.#kept, { row: { id, url, username, sealed, isEnabled: true }, kind, password }]
    return id
  }

  async change(id: IceServerId, draft: IceServerDraft, isEnabled: boolean): Promise<void> {
    const old = this.#find(id)
    const isSame = draft.password === undefined || draft.password === old.password
    // A server whose password cannot be read at the moment can still be switched off.
    const known = isSame ? old.password : draft.password
    const { kind, url } = parseServer({
      url: draft.url,
      username: draft.username,
      password: known ?? 'unreadable',
    })
    const sealed = isSame ? old.row.sealed : await this.#seal(known ?? '')
    const row = { id, url, username: draft.username, sealed, isEnabled }
    this.#kept = this.#kept.map((kept) => (kept.row.id === id ? { row, kind, password: known } : kept))
    if (!isSame) await this.#forget(old.row.sealed)
  }

  async remove(id: IceServerId): Promise<void> {
    const old = this.#find(id)
    this.#kept = this.#kept.filter((kept) => kept.row.id !== id)
    await this.#forget(old.row.sealed)
  }

  move(id: IceServerId, position: number): void {
    const moved = this.#find(id)
    const others = this.#kept.filter((kept) => kept !== moved)
    this.#kept = others.toSpliced(position, 0, moved)
  }

  async #load(text: string): Promise<void> {
    const rows = v.safeParse(Rows, text)
    if (!rows.success) {
      this.#log('settings.damaged', { group: 'servers', field: '*' })
      return
    }
    const loaded = await Promise.all(rows.output.map((row) => this.#loadOne(row)))
    this.#kept = loaded.filter((kept) => kept !== undefined)
  }

  async #loadOne(stored: unknown): Promise<Kept | undefined> {
    const parsed = v.safeParse(Row, stored)
    if (!parsed.success) {
      this.#log('settings.damaged', { group: 'servers', field: 'row' })
      return undefined
    }
    const row = parsed.output
    const password = await this.#unseal(row.sealed)
    try {
      const { kind } = parseServer({ ...row, password: password ?? 'unreadable' })
      return { row, kind, password }
    } catch (thrown) {
      this.#log('settings.damaged', { group: 'servers', field: 'url', code: toAppError(thrown).code })
      return undefined
    }
  }

  #find(id: IceServerId): Kept {
    const found = this.#kept.find(({ row }) => row.id === id)
    if (found === undefined) throw new AppError('settings.bad-value', { detail: 'server: it was removed' })
    return found
  }

  async #seal(password: string): Promise<string | null> {
    return password === '' ? null : this.#secrets.seal(password)
  }

  async #unseal(sealed: string | null): Promise<string | undefined> {
    if (sealed === null) return ''
    try {
      return await this.#secrets.unseal(sealed)
    } catch (thrown) {
      this.#log('secret.unreadable', { code: toAppError(thrown).code })
      return undefined
    }
  }

  /** One password too many in the store is no reason to refuse what the person wanted. */
  async #forget(sealed: string | null): Promise<void> {
    if (sealed === null) return
    try {
      await this.#secrets.forget(sealed)
    } catch (thrown) {
      this.#log('secret.kept', { code: toAppError(thrown).code })
    }
  }
}

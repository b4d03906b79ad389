/**
 * Who may use the engine through a browser: a cookie, given for a token that is good once or for a password, and kept
 * until the program ends. Only hashes are held, so that comparing them tells nothing by the time it takes.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import { TokenBucket } from '#coordinator/token-bucket.ts'

/** Of tokens and cookies: nobody guesses 256 bits. */
const SECRET_BYTES = 32
/** Browsers at once; the one that came first is forgotten. */
const MAX_SESSIONS = 64
/** The program ends long before; a browser that is closed in between shall not lose it. Seconds, 30 days. */
const COOKIE_AGE_S = 30 * 24 * 60 * 60
/** Wrong passwords of one address at once, then one in ten seconds: a person mistypes, a program guesses. */
const TRIES_PER_ADDRESS = 5
const TRIES_PER_ADDRESS_PER_SECOND = 0.1
/** Of all addresses together, so that many of them are no way around. */
const TRIES = 20
const TRIES_PER_SECOND = 0.5
/** Addresses that are counted; beyond it only all together are. */
const MAX_ADDRESSES = 1000

const Request = v.union([
  v.strictObject({ token: v.pipe(v.string(), v.maxLength(200)) }),
  v.strictObject({ password: v.pipe(v.string(), v.maxLength(1000)) }),
])

/** `open`: logged in; otherwise what is needed. */
export type SessionState = 'open' | 'token' | 'password'

export type Login =
  | { readonly status: 204; readonly cookie: string }
  | { readonly status: 400 | 401 }
  | { readonly status: 429; readonly retryAfterS: number }

export interface SessionSettings {
  /** Undefined: tokens are the only way in. */
  readonly password: string | undefined
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number
}

export class Sessions {
  readonly #password: Buffer | undefined
  readonly #now: () => number
  readonly #sessions = new Set<string>()
  readonly #tries = new Map<string, TokenBucket>()
  readonly #allTries: TokenBucket
  #cookieName = 'beeline'
  #token: Buffer | undefined

  constructor(settings: SessionSettings) {
    this.#password = settings.password === undefined ? undefined : hash(settings.password)
    this.#now = settings.now
    this.#allTries = new TokenBucket(TRIES_PER_SECOND, TRIES, this.#now())
  }

  /** Cookies know no ports, so two servers on one computer need two names. */
  namePort(port: number): void {
    this.#cookieName = `beeline-${port}`
  }

  /** A token for one login. The one before is good no more. */
  newToken(): string {
    const token = randomBytes(SECRET_BYTES).toString('base64url')
    this.#token = hash(token)
    return token
  }

  /** @param cookies the request's header */
  state(cookies: string | undefined): SessionState {
    if (this.isOpen(cookies)) return 'open'
    return this.#password === undefined ? 'token' : 'password'
  }

  isOpen(cookies: string | undefined): boolean {
    return (cookies ?? '')
      .split(';')
      .map((cookie) => cookie.trim().split('='))
      .some(([name, value]) => name === this.#cookieName && this.#sessions.has(nameOf(value ?? '')))
  }

  /** @param body parsed JSON, hostile @param addressKey whose tries are counted @param isTls the cookie is kept to TLS */
  login(body: unknown, addressKey: string, isTls: boolean): Login {
    const request = v.safeParse(Request, body)
    if (!request.success) return { status: 400 }
    if ('token' in request.output) return this.#useToken(request.output.token, isTls)
    return this.#tryPassword(request.output.password, addressKey, isTls)
  }

  #useToken(token: string, isTls: boolean): Login {
    if (this.#token === undefined || !timingSafeEqual(this.#token, hash(token))) return { status: 401 }
    this.#token = undefined
    return { status: 204, cookie: this.#newCookie(isTls) }
  }

  #tryPassword(password: string, addressKey: string, isTls: boolean): Login {
    if (this.#password === undefined) return { status: 401 }
    const nowMs = this.#now()
    // Counted before it is looked at: the right one too, or guessing would go on behind the limit.
    if (!this.#bucketOf(addressKey, nowMs).take(1, nowMs) || !this.#allTries.take(1, nowMs)) {
      return { status: 429, retryAfterS: Math.ceil(1 / TRIES_PER_ADDRESS_PER_SECOND) }
    }
    if (!timingSafeEqual(this.#password, hash(password))) return { status: 401 }
    return { status: 204, cookie: this.#newCookie(isTls) }
  }

  #bucketOf(addressKey: string, nowMs: number): TokenBucket {
    const known = this.#tries.get(addressKey)
    if (known !== undefined) return known
    if (this.#tries.size >= MAX_ADDRESSES) {
      for (const [key, bucket] of this.#tries) if (bucket.isFull(nowMs)) this.#tries.delete(key)
    }
    const bucket = new TokenBucket(TRIES_PER_ADDRESS_PER_SECOND, TRIES_PER_ADDRESS, nowMs)
    if (this.#tries.size < MAX_ADDRESSES) this.#tries.set(addressKey, bucket)
    return bucket
  }

  #newCookie(isTls: boolean): string {
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const [oldest] = this.#sessions
    if (this.#sessions.size >= MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest)
    this.#sessions.add(nameOf(secret))
    const parts = [`${this.#cookieName}=${secret}`, 'HttpOnly', 'SameSite=Strict', 'Path=/']
    return [...parts, `Max-Age=${COOKIE_AGE_S}`, ...(isTls ? ['Secure'] : [])].join('; ')
  }
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function nameOf(secret: string): string {
  return hash(secret).toString('base64')
}

/**
 * The few globals that Node and every browser have in common, and nothing else: what `shared/` may use.
 * Only `tsconfig.shared.json` reads this file; the other two compiles have the real declarations.
 */

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number }
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string
}

interface Event {
  readonly type: string
}

interface EventTarget {
  addEventListener(
    type: string,
    listener: (event: Event) => void,
    options?: { once?: boolean; signal?: AbortSignal },
  ): void
  removeEventListener(type: string, listener: (event: Event) => void): void
}

interface AbortSignal extends EventTarget {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
}

declare const AbortSignal: {
  abort(reason?: unknown): AbortSignal
  any(signals: Iterable<AbortSignal>): AbortSignal
  timeout(milliseconds: number): AbortSignal
}

declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

/** What a timer function returns differs between Node and the browser, so nothing may be done with it but clearing. */
interface Timer {
  readonly _opaque: 'timer'
}

declare function setTimeout(callback: () => void, delayMs?: number): Timer
declare function clearTimeout(timer: Timer | undefined): void
declare function setInterval(callback: () => void, delayMs?: number): Timer
declare function clearInterval(timer: Timer | undefined): void
declare function queueMicrotask(callback: () => void): void
declare function structuredClone<T>(value: T): T

declare const crypto: {
  getRandomValues<T extends Uint8Array | Uint16Array | Uint32Array>(array: T): T
  randomUUID(): string
}

declare const performance: {
  now(): number
}

declare class URL {
  constructor(url: string, base?: string | URL)
  static canParse(url: string, base?: string): boolean
  href: string
  readonly origin: string
  protocol: string
  host: string
  hostname: string
  port: string
  pathname: string
  search: string
  hash: string
  toString(): string
}

declare function atob(data: string): string
declare function btoa(data: string): string

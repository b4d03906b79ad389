/** Byte arrays: joining, comparing, text forms. Pure; no Node Buffer, so that a browser page has the same. */

export type Bytes = Uint8Array<ArrayBuffer>

const ENCODER = new TextEncoder()
/** `fatal`: invalid UTF-8 throws; `ignoreBOM`: a leading U+FEFF is kept, or names would not survive a round trip. */
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Bytes {
  return ENCODER.encode(text)
}

/** Throws TypeError when the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return DECODER.decode(bytes)
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Not constant-time: for hashes and public values only. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false
  return true
}

/** Byte order, shorter first among equal prefixes: the order in which a manifest lists its paths. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** How many bytes two arrays have in common from the start. */
export function sharedPrefix(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length)
  let shared = 0
  while (shared < length && left[shared] === right[shared]) shared++
  return shared
}

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** Undefined when the text is not lower-case hex of whole bytes. */
export function fromHex(text: string): Bytes | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

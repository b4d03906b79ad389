/** base64url without padding (RFC 4648 §5), strict: one text form per byte string. Pure. */

import type { Bytes } from './bytes.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES = new Int8Array(128).fill(-1)
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i

export function toBase64Url(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const triple = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    let text = ALPHABET.charAt(triple >> 18) + ALPHABET.charAt((triple >> 12) & 63)
    if (left > 1) text += ALPHABET.charAt((triple >> 6) & 63)
    if (left > 2) text += ALPHABET.charAt(triple & 63)
    parts.push(text)
  }
  return parts.join('')
}

/** Undefined for anything that `toBase64Url` would not print: padding, other letters, stray low bits. */
export function fromBase64Url(text: string): Bytes | undefined {
  const tail = text.length % 4
  if (tail === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let offset = 0
  for (let i = 0; i < text.length; i += 4) {
    let group = 0
    const letters = Math.min(4, text.length - i)
    for (let k = 0; k < letters; k++) {
      const code = text.charCodeAt(i + k)
      const value = code < 128 ? (VALUES[code] ?? -1) : -1
      if (value < 0) return undefined
      group |= value << (18 - 6 * k)
    }
    const count = letters - 1
    if (count === 1 && (group & 0xffff) !== 0) return undefined
    if (count === 2 && (group & 0xff) !== 0) return undefined
    for (let k = 0; k < count; k++) bytes[offset++] = (group >> (16 - 8 * k)) & 0xff
  }
  return bytes
}

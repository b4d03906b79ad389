/** Where a long name may be cut. Pure. */

/** Letters kept before the extension: “-v7” and “ (2)” tell files apart as often as their beginnings do. */
const BEFORE_EXTENSION = 4
/** Longer ones are no extensions, but a dot in a sentence. */
const MAX_EXTENSION = 8
/** Shorter names fit nearly everywhere and stay in one piece. */
const MIN_SPLIT = 16

/** `start` may be cut off at its end, `end` never. Together they are the name. */
export function splitName(name: string): { readonly start: string; readonly end: string } {
  const letters = [...name]
  const dot = letters.lastIndexOf('.')
  const extension = letters.length - dot - 1
  if (letters.length < MIN_SPLIT || dot <= 0 || extension === 0 || extension > MAX_EXTENSION) {
    return { start: name, end: '' }
  }
  const cut = dot - BEFORE_EXTENSION
  return { start: letters.slice(0, cut).join(''), end: letters.slice(cut).join('') }
}

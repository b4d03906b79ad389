/** Where a long name may be cut. Pure. */

/** Letters kept before the extension: “-v7” and “ (2)” tell files apart as often as their beginnings do. */
const BEFORE_EXTENSION = 4
/** Longer ones are no extensions, but a dot in a sentence. */
const MAX_EXTENSION = 8
/** Shorter names fit nearly everywhere and stay in one piece. */
const MIN_SPLIT = 16

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** `start` may be cut off at its end, `end` never. Together they are the name. */
export function splitName(name: string): { readonly start: string; readonly end: string } {
  const dot = name.lastIndexOf('.')
  const extension = name.length - dot - 1
  if (name.length < MIN_SPLIT || dot <= 0 || extension === 0 || extension > MAX_EXTENSION) {
    return { start: name, end: '' }
  }
  const before = Array.from(letters.segment(name.slice(0, dot)), ({ segment }) => segment)
  // A blank would widen the gap behind the dots.
  const kept = before.slice(-BEFORE_EXTENSION).join('').trimStart()
  const cut = dot - kept.length
  return { start: name.slice(0, cut), end: name.slice(cut) }
}

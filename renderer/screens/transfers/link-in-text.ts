/** Finds the link in a message: people copy the whole of what a friend wrote. Pure. */

import { parseLink } from '#shared/share/link.ts'

/** A message, not a book: what is pasted or dropped may be anything. Letters. */
const MAX_TEXT_LENGTH = 100_000

/** To check a key is a calculation of some milliseconds. */
const MAX_ADDRESSES = 20

const MARKS = ".,;:!?)]}'’”…"

/** @returns the first link that can be read, as it stands there; undefined when there is none */
export function linkInText(text: string): string | undefined {
  const words = text.slice(0, MAX_TEXT_LENGTH).matchAll(/\b(?:https?|beeline):\/\/[^\s<>"]+/gi)
  for (const [word] of words.take(MAX_ADDRESSES)) {
    const found = [word, withoutMarks(word)].find(isLink)
    if (found !== undefined) return found
  }
  return undefined
}

/** The full stop after it is the sentence's; a key ends with none of these. Not by a pattern: those look back too often. */
function withoutMarks(word: string): string {
  let end = word.length
  while (end > 0 && MARKS.includes(word.charAt(end - 1))) end--
  return word.slice(0, end)
}

function isLink(text: string): boolean {
  try {
    parseLink(text)
    return true
  } catch {
    return false
  }
}

/** Reads the XML that routers send: texts with their place, nothing else. Made for hostile and for sloppy input alike. Pure. */

import sax from 'sax'

/** A router's description has some three hundred elements. */
const MAX_ELEMENTS = 3000
const MAX_DEPTH = 32
/** Of one address or name. */
const MAX_TEXT_LENGTH = 512
/** Many a router writes a lone “&” or forgets an end; beyond this it is no XML. */
const MAX_FAULTS = 20

export interface XmlText {
  /** Names from the root down, in small letters and without prefix. */
  readonly path: readonly string[]
  readonly text: string
}

/**
 * The texts of all elements without children, in order, with an empty one before the elements of each parent: so one can tell
 * where a `service` begins. Undefined for what is not XML. Nothing is fetched, and no entity that the text declares is known.
 */
export function readXml(source: string): XmlText[] | undefined {
  const parser = sax.parser(false, { lowercase: true, trim: true, position: false })
  const texts: XmlText[] = []
  const path: string[] = []
  let elements = 0
  let faults = 0
  let isTooMuch = false
  let text = ''
  parser.onerror = () => {
    faults++
    parser.resume()
  }
  parser.onopentag = ({ name }) => {
    if (++elements > MAX_ELEMENTS || path.length >= MAX_DEPTH) isTooMuch = true
    if (isTooMuch) return
    path.push(name.slice(name.indexOf(':') + 1))
    texts.push({ path: [...path], text: '' })
    text = ''
  }
  const addText = (part: string): void => {
    text = (text + part).slice(0, MAX_TEXT_LENGTH)
  }
  parser.ontext = addText
  parser.oncdata = addText
  parser.onclosetag = () => {
    if (isTooMuch) return
    const last = texts.at(-1)
    // Nothing has begun inside it: it is a leaf, and its text is what was read since.
    if (last !== undefined && last.path.length === path.length) texts[texts.length - 1] = { ...last, text }
    path.pop()
    text = ''
  }
  try {
    parser.write(source).close()
  } catch {
    return undefined
  }
  return isTooMuch || faults > MAX_FAULTS || elements === 0 ? undefined : texts
}

/** What a start of the program asks for: links to open, files to share, whether to stay hidden. Pure. */

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { parseLink } from '#shared/share/link.ts'
import { HIDDEN_SWITCH } from './identity.ts'

/** What a second start hands to the first one; the argument list that Electron passes on is not in order. */
export const Start = v.object({
  arguments: v.pipe(v.array(v.string()), v.maxLength(10_000)),
  workingDir: v.string(),
})
export type Start = v.InferOutput<typeof Start>

export interface Wishes {
  readonly links: readonly string[]
  /** Absolute; whether they exist is not known here. */
  readonly paths: readonly string[]
  readonly isHidden: boolean
}

/**
 * A web page can make the system start us with an address of its choice. Should it manage to end the argument and
 * begin another one, that one is ignored: beside an address, neither paths nor switches count.
 */
export function readStart(start: Start): Wishes {
  const addresses = start.arguments.filter((text) => /^(?:beeline|https?):/i.test(text))
  if (addresses.length > 0) return { links: addresses.filter(isLink), paths: [], isHidden: false }
  const paths = start.arguments.filter((text) => text !== '' && !text.startsWith('-'))
  return {
    links: [],
    paths: paths.flatMap((text) => pathOf(text, start.workingDir)),
    isHidden: start.arguments.includes(HIDDEN_SWITCH),
  }
}

export function isLink(text: string): boolean {
  try {
    parseLink(text)
    return true
  } catch {
    return false
  }
}

/** File managers of Linux hand over either. */
function pathOf(text: string, workingDir: string): string[] {
  if (!/^file:/i.test(text)) return [path.resolve(workingDir, text)]
  try {
    return [fileURLToPath(text)]
  } catch {
    return []
  }
}

/** Which of the powers that a page may ask for ours gets. Pure. */

import { isPageUrl } from './sender.ts'

/** Copying a link, and recognising one when the person enters the field for it. */
const GRANTED: readonly string[] = ['clipboard-sanitized-write', 'clipboard-read']

/** @param url of the top frame that asks; undefined for any other frame */
export function mayUse(permission: string, url: string | undefined): boolean {
  return url !== undefined && isPageUrl(url) && GRANTED.includes(permission)
}

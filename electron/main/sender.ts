/** Who may talk to the engine: the top frame of our own page, and nobody else. Pure. */

export const PAGE_SCHEME = 'app'
const PAGE_HOST = 'beeline'
export const PAGE_URL = `${PAGE_SCHEME}://${PAGE_HOST}/`

/** What is asked of Electron's WebFrameMain. */
export interface SendingFrame {
  readonly url: string
  readonly parent: unknown
}

/** Scheme and host are compared, not `origin`: that is the text "null" for every scheme of one's own. */
export function isPageUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (
    url.protocol === `${PAGE_SCHEME}:` && url.host === PAGE_HOST && url.username === '' && url.password === ''
  )
}

/** A frame that has gone away in the meantime is null, and is not trusted either. */
export function isTrustedSender(frame: SendingFrame | null): boolean {
  return frame !== null && frame.parent === null && isPageUrl(frame.url)
}

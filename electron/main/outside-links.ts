/** Which addresses the page may hand to the system's browser. Pure. */

/**
 * Beginnings of addresses. A mail without a recipient is how a person passes a link on; everything else that the UI
 * points to must be added here, because whatever could make the page follow a link could else open anything.
 */
const ALLOWED = ['mailto:?'] as const

export function mayOpenOutside(text: string, allowed: readonly string[] = ALLOWED): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, href } = new URL(text)
  if (protocol !== 'https:' && protocol !== 'mailto:') return false
  // Names before an “@” are there to make a host look like another one.
  if (username !== '' || password !== '') return false
  return allowed.some((beginning) => href.startsWith(beginning))
}

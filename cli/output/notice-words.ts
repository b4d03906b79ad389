/** What a transfer has to tell that stops nothing, in English sentences. Pure. */

import type { NoticeView } from '#shared/api/views.ts'
import { ERRORS, isErrorCode } from '#shared/errors.ts'

/** Names and addresses in it are others' text, unchanged: whoever prints it makes it safe. */
export function noticeSentence({ code, count, text }: NoticeView): string {
  return SENTENCES[code](count, text)
}

const SENTENCES: Readonly<Record<NoticeView['code'], (count: number, text: string) => string>> = {
  'left-out.special-file': leftOut('neither a file nor a folder'),
  'left-out.outside-link': leftOut('symbolic links that lead out of what is sent'),
  'left-out.bad-name': leftOut('names that cannot be sent'),
  'left-out.unreadable': leftOut('no permission to read'),
  'names-changed': (count) => `${count} names were changed to fit this disk`,
  'servers-unused': (count, text) => `${count} of the STUN and TURN servers cannot be used: ${text}`,
  'peer-banned': (_count, text) => (isErrorCode(text) ? ERRORS[text] : ERRORS['peer.protocol']),
}

function leftOut(reason: string): (count: number, text: string) => string {
  return (count, text) => `${count} left out (${reason}), first: ${text}`
}

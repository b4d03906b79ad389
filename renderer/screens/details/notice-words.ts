/** What a person should know of a transfer, in words. Pure. */

import type { NoticeView } from '#shared/api/views.ts'
import { isErrorCode } from '#shared/errors.ts'
import type { Format } from '../../text/format.ts'
import type { Messages } from '../../text/messages.ts'

export function noticeWords(
  { code, count, text: about }: NoticeView,
  text: Messages,
  format: Format,
): string {
  const subject = code === 'peer-banned' ? text.errors[isErrorCode(about) ? about : 'peer.protocol'] : about
  return text.details.notices[code](count, format.count(count), subject)
}

/** What nobody connected has, in words. Pure. */

import type { MissingView } from '#shared/api/missing-view.ts'
import type { Format } from '../../text/format.ts'
import type { Messages } from '../../text/messages.ts'

export function missingWords(missing: MissingView, text: Messages, format: Format): string {
  const { pieceCount, bytes, fileCount, files } = missing
  const words = text.details.missing
  const pieces = words.pieces(pieceCount, format.count(pieceCount))
  const inFiles = text.common.files(fileCount, format.count(fileCount))
  const more = fileCount - files.length
  const names = format.list(more > 0 ? [...files, words.more(more, format.count(more))] : files)
  return words.sentence(pieces, format.bytes(bytes), inFiles, names)
}

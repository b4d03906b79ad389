/** What is missing of a download and nobody connected has: it cannot end without somebody who comes (back). Pure. */

import * as v from 'valibot'

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const MissingView = v.object({
  pieceCount: Count,
  /** Of wanted files. */
  bytes: Count,
  /** Wanted files that stay incomplete. */
  fileCount: Count,
  /** Paths of the first of them, at most five. */
  files: v.array(v.string()),
})
export type MissingView = v.InferOutput<typeof MissingView>

/** What a UI is told of updates of the program. Pure. */

import * as v from 'valibot'

/** What an update of the program is doing; null where there is nothing to tell. */
export const UpdateView = v.nullable(
  v.object({
    version: v.string(),
    state: v.picklist(['available', 'downloading', 'ready', 'failed']),
    /** 0 to 1. */
    progress: v.number(),
  }),
)
export type UpdateView = v.InferOutput<typeof UpdateView>

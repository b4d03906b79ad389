/** How much one transfer matters beside the others on this device. Pure. */

export const PRIORITIES = ['low', 'normal', 'high'] as const
export type Priority = (typeof PRIORITIES)[number]

/**
 * What each gets of a limit that is scarce. Four to one is clearly felt, and whoever is low still gets on: nothing
 * starves.
 */
export const PRIORITY_WEIGHTS = { low: 1 / 4, normal: 1, high: 4 } as const satisfies Record<Priority, number>

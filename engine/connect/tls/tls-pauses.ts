/** How long TLS lanes to one peer are left alone, milliseconds. */

/** After a lane was open, or the other side had no wish for it. */
export const RETRY_MS = 10_000
/** After no TCP got through: a firewall stays what it is. */
export const BLOCKED_MS = 10 * 60_000
/** One peer has this side listen no more often than this. */
export const INVITE_MS = 2000
/** After a lane that was begun early has not come; the other side's try ends a moment later. */
export const EARLY_MS = 300

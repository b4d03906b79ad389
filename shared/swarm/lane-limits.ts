/** How many lanes there may be to one peer. Pure. */

/** Whatever the settings say: beyond it a lossy line gains little, and a small router's table of mappings fills. */
export const MAX_LANES_PER_PEER = 16

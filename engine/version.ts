/** Name and version of this program, as peers see it. */

import manifest from '../package.json' with { type: 'json' }

export const VERSION: string = manifest.version
export const AGENT = `beeline/${manifest.version}`

/** `node --import …/register.ts …/run.ts ENTRY`: every import of `electron` gets the double, and never the package. */

import { registerHooks } from 'node:module'

const double = new URL('./electron.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    if (!/^electron(?:\/|$)/.test(specifier)) return next(specifier, context)
    if (specifier !== 'electron' && specifier !== 'electron/main') {
      throw new Error(`Electron double: the main process may not import '${specifier}'`)
    }
    return { url: double, shortCircuit: true }
  },
})

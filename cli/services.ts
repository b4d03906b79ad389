/** The real engine and coordinator, loaded when they are first used. */

import type { Services } from './command.ts'

export const SERVICES: Services = {
  async openEngine(options) {
    const { openEngine } = await import('#engine/open-engine.ts')
    return openEngine(options)
  },

  async openApp(options) {
    const { openApp } = await import('#engine/app/open-app.ts')
    return openApp(options)
  },

  async startCoordinator(settings) {
    const { startStandalone } = await import('#coordinator/standalone.ts')
    return startStandalone(settings)
  },
}

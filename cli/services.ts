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

  async runDoctor(options, onView, signal) {
    const { runDoctor } = await import('#engine/doctor/doctor.ts')
    return runDoctor(options, onView, signal)
  },

  async readSavedNetwork(dataDir) {
    const { readSavedNetwork } = await import('#engine/doctor/saved-network.ts')
    return readSavedNetwork(dataDir)
  },

  async startCoordinator(settings) {
    const { useSystemCurves } = await import('#engine/system-curves.ts')
    const { startStandalone } = await import('#coordinator/standalone.ts')
    useSystemCurves()
    return startStandalone(settings)
  },
}

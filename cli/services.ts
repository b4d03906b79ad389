/** The real engine and coordinator, loaded when they are first used. */

import type { EarlyDial } from '#engine/coordinator-client/early-dial.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { Services } from './command.ts'

export const SERVICES: Services = {
  async openEngine(options, coordinator) {
    const earlyDial = coordinator && (await dialEarly(coordinator, options.network.proxy))
    const { openEngine } = await import('#engine/open-engine.ts')
    // The connection may be there: its first words go out before what follows takes the thread.
    await new Promise((resolve) => setImmediate(resolve))
    return openEngine({ ...options, earlyDial })
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

async function dialEarly(
  coordinator: readonly CoordinatorAddress[],
  proxy: string | undefined,
): Promise<EarlyDial> {
  const module = await import('#engine/coordinator-client/early-dial.ts')
  return new module.EarlyDial(coordinator, proxy)
}

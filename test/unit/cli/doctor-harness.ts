/** `beeline doctor` with an examination that a test made up. */

import { run } from '#cli/run.ts'
import type { DoctorOptions } from '#engine/doctor/doctor.ts'
import type { SavedNetwork } from '#engine/doctor/saved-network.ts'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import { fakeWorld } from './fake-engine.ts'

export interface DoctorEnding {
  readonly code: number
  readonly out: string
  /** What the doctor was asked for; undefined when it was not. */
  readonly options: DoctorOptions | undefined
}

export async function cliHarness(
  argv: readonly string[],
  views: readonly DoctorView[],
  saved?: SavedNetwork,
): Promise<DoctorEnding> {
  const { context, stdout } = fakeWorld()
  let options: DoctorOptions | undefined
  const services = {
    ...context.services,
    readSavedNetwork: () => Promise.resolve(saved),
    runDoctor: (wanted: DoctorOptions, onView: (view: DoctorView) => void) => {
      options = wanted
      for (const view of views) onView(view)
      return Promise.resolve()
    },
  }
  const code = await run(['doctor', ...argv], { ...context, services })
  return { code, out: stdout.text, options }
}

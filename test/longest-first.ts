/**
 * Starts the files that take longest first. Vitest knows them only by what it kept of an earlier run, of which a fresh clone has
 * nothing; it then goes by the size of a file, and at the end all wait for a short one that takes a minute.
 */

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Ends of their names, of each project the longest first. Whatever is not here takes its turn after them. */
const LONGEST = [
  'unit/swarm/simulation/simulation.test.ts',
  'unit/engine/connect/port-mapping/port-mapper.test.ts',
  'integration/hostile-senders.test.ts',
  'integration/lab-routes.test.ts',
  'integration/swarm-of-eight.test.ts',
  'integration/lab-tls-lanes.test.ts',
  'integration/lab-emulator.test.ts',
  'integration/hostile-askers.test.ts',
  'electron/shell.test.ts',
  'electron/common.test.ts',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = await super.sort(files)
    return rest.toSorted((one, other) => place(one) - place(other))
  }
}

function place({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((end) => moduleId.endsWith(`/${end}`))
  return index === -1 ? LONGEST.length : index
}

/**
 * `npm run pack -- [--dir] [TARGET…]`: makes installers in `dist/<target>/packed`. Without a target, those of this
 * computer's system. Needs a built `out/` and, for real installers, a network: electron-builder fetches Electron and
 * its own tools. Nothing is ever published from here.
 */

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packTarget } from './pack-target.ts'
import { isTargetName, ownTargets, TARGET_NAMES, TARGETS, type Target } from './targets.ts'

const PROJECT = join(import.meta.dirname, '..')

const { values, positionals } = parseArgs({ options: { dir: { type: 'boolean' } }, allowPositionals: true })

function chosenTargets(): Target[] {
  if (positionals.length === 0) return ownTargets(process.platform)
  return positionals.map((name) => {
    if (isTargetName(name)) return TARGETS[name]
    throw new Error(`there is no target “${name}”; there are ${TARGET_NAMES.join(', ')}`)
  })
}

// One after the other: each takes a processor and a gigabyte for itself.
for (const target of chosenTargets()) {
  const files = await packTarget(target, {
    project: PROJECT,
    out: join(PROJECT, 'out'),
    work: join(PROJECT, 'dist', target.name),
    format: values.dir === true ? 'dir' : undefined,
  })
  process.stdout.write(files.map((file) => `${target.name}: ${file}\n`).join(''))
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseLockFile } from '#build/locked-packages.ts'
import { importedPackages, packagesIn } from '#build/notices.ts'

const PROJECT = join(import.meta.dirname, '..', '..', '..')

test('packages are found in imports of every form, our own files and Node’s modules are not', () => {
  const source = `
    import { a } from 'valibot'
    import type { B } from '@noble/hashes/sha2.js'
    export { c } from "ws"
    import 'side-effect'
    import { d } from '#shared/errors.ts'
    import { e } from './beside.ts'
    import { f } from 'node:fs'
    const g = await import('qr')
  `
  expect(packagesIn(source)).toEqual(['valibot', '@noble/hashes', 'ws', 'side-effect', 'qr'])
})

test('of this project they include what the engine needs, and no tool', async () => {
  const lock = parseLockFile(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8'))
  const names = await importedPackages(PROJECT, lock)
  expect(names).toEqual(expect.arrayContaining(['better-sqlite3', 'node-datachannel', 'valibot', 'ws']))
  expect(names.filter((name) => /^(electron|vite|vitest|typescript|fast-check)$/.test(name))).toEqual([])
})

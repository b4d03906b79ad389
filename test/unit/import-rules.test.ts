/** Every import rule of the design, tested by what the linter refuses, on a small tree with the project's own settings. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const oxlint = path.join(root, 'node_modules/oxlint/bin/oxlint')

const OUTSIDE = 'shared/ imports nothing outside shared/'
const BROWSER = 'shared/ also runs in a browser page'
const RELATIVE = 'A relative path must stay inside its own top-level folder'
const ENGINE = "engine/ may import '#shared/…' only"
const COORDINATOR = "coordinator/ may import '#shared/…' only"
const CLI = "cli/ may import '#shared/…', '#engine/…' and '#coordinator/…'"
const ELECTRON = "electron/ may import '#shared/…', '#engine/…' and '#coordinator/…'"
const RENDERER = "renderer/ may import '#shared/…' and '#renderer/…' only"
const PAGE = 'renderer/ runs in a browser page'
const TEST = 'Nothing imports test/'
const WINDOW = 'runs without a window'

/** folder, import, what the message must say */
const forbidden: [string, string, string][] = [
  ['shared/share', '#engine/store/files.ts', OUTSIDE],
  ['shared/share', '#coordinator/server.ts', OUTSIDE],
  ['shared/share', '#test/helper.ts', OUTSIDE],
  ['shared/share', 'node:fs', BROWSER],
  ['shared/share', 'node:fs/promises', BROWSER],
  ['shared/share', 'fs', BROWSER],
  ['shared/share', 'electron', BROWSER],
  ['shared/share', 'better-sqlite3', BROWSER],
  ['shared/share', 'ws', BROWSER],
  ['shared/share', 'node-datachannel', BROWSER],
  ['shared/share', '../../engine/store/files.ts', RELATIVE],
  ['shared', '../engine/store/files.ts', RELATIVE],
  ['engine/store', '#coordinator/server.ts', ENGINE],
  ['engine/store', '#cli/main.ts', ENGINE],
  ['engine/store', '#electron/main.ts', ENGINE],
  ['engine/store', '#renderer/app.tsx', ENGINE],
  ['engine/store', '#test/helper.ts', TEST],
  ['engine/store', 'electron', WINDOW],
  ['engine/store', '../../shared/share/link.ts', RELATIVE],
  ['engine/store', './../../coordinator/server.ts', RELATIVE],
  ['engine/store', '#shared/../coordinator/server.ts', RELATIVE],
  ['coordinator', '#engine/store/files.ts', COORDINATOR],
  ['coordinator', '#cli/main.ts', COORDINATOR],
  ['coordinator', '#renderer/app.tsx', COORDINATOR],
  ['coordinator', 'node-datachannel', 'The coordinator only introduces peers'],
  ['coordinator', 'electron', WINDOW],
  ['coordinator', '#test/helper.ts', TEST],
  ['coordinator', '../shared/share/link.ts', RELATIVE],
  ['cli', '#electron/main.ts', CLI],
  ['cli', '#renderer/app.tsx', CLI],
  ['cli', '#test/helper.ts', TEST],
  ['cli', 'electron', WINDOW],
  ['cli', '../engine/store/files.ts', RELATIVE],
  ['electron', '#cli/main.ts', ELECTRON],
  ['electron', '#renderer/app.tsx', ELECTRON],
  ['electron', '#test/helper.ts', TEST],
  ['renderer', '#engine/store/files.ts', RENDERER],
  ['renderer', '#coordinator/server.ts', RENDERER],
  ['renderer', '#electron/main.ts', RENDERER],
  ['renderer', 'node:fs', PAGE],
  ['renderer', 'electron', PAGE],
  ['renderer', '#test/helper.ts', TEST],
  ['test/unit', '../../shared/share/link.ts', RELATIVE],
]

const allowed: [string, string][] = [
  ['shared/share', '#shared/swarm/picker.ts'],
  ['shared/share', './link.ts'],
  ['shared/share', '../swarm/picker.ts'],
  ['shared/share', 'valibot'],
  ['shared/share', '@noble/hashes/sha2.js'],
  ['engine/store', '#shared/share/link.ts'],
  ['engine/store', '#engine/library/library.ts'],
  ['engine/store', '../library/library.ts'],
  ['engine/store', 'node:fs'],
  ['engine/store', 'better-sqlite3'],
  ['engine/connect', 'node-datachannel'],
  ['coordinator', '#shared/protocol/messages.ts'],
  ['coordinator', 'ws'],
  ['coordinator', './server.ts'],
  ['cli', '#shared/share/link.ts'],
  ['cli', '#engine/store/files.ts'],
  ['cli', '#coordinator/server.ts'],
  ['electron', '#engine/store/files.ts'],
  ['electron', '#coordinator/standalone.ts'],
  ['electron', '#shared/api/calls.ts'],
  ['electron', 'electron'],
  ['renderer', '#shared/api/calls.ts'],
  ['renderer', '#renderer/text.ts'],
  ['test/unit', '#engine/store/files.ts'],
  ['test/unit', '#test/helper.ts'],
]

/** The ways to write an import; each must be seen by the rule. */
const forms: [string, (from: string) => string][] = [
  ['import', (from) => `import { x } from '${from}'\nx()\n`],
  ['import type', (from) => `import type { X } from '${from}'\nexport type Y = X\n`],
  ['export from', (from) => `export { x } from '${from}'\n`],
  ['export all', (from) => `export * from '${from}'\n`],
  ['dynamic import', (from) => `export const x = await import('${from}')\n`],
]

interface Diagnostic {
  code: string
  help: string
  filename: string
}

let tree: string

/** Each case is one file; one run of the linter judges them all. */
const cases = new Map<string, string>()
let diagnostics: Diagnostic[]

function fileFor(folder: string, text: string): string {
  const file = `${folder}/case${cases.size}.ts`
  cases.set(file, text)
  return file
}

function refusals(file: string, rule: string): string[] {
  return diagnostics
    .filter((found) => found.filename === file && found.code === rule)
    .map((found) => found.help)
}

const RULE = 'eslint(no-restricted-imports)'

const forbiddenCases = forbidden.flatMap(([folder, from, message]) =>
  forms.map(([form, write]) => ({ folder, from, form, message, file: fileFor(folder, write(from)) })),
)
const allowedCases = allowed.flatMap(([folder, from]) =>
  forms.map(([form, write]) => ({ folder, from, form, file: fileFor(folder, write(from)) })),
)
const importType = fileFor('engine/store', `export type X = import('#coordinator/server.ts').Server\n`)
cases.set('engine/one.ts', `import { two } from '#engine/two.ts'\nexport const one = () => two()\n`)
cases.set('engine/two.ts', `import { one } from '#engine/one.ts'\nexport const two = () => one()\n`)

beforeAll(() => {
  tree = mkdtempSync(path.join(tmpdir(), 'beeline-import-rules-'))
  cpSync(path.join(root, '.oxlintrc.json'), path.join(tree, '.oxlintrc.json'))
  cpSync(path.join(root, 'package.json'), path.join(tree, 'package.json'))
  for (const [file, text] of cases) {
    mkdirSync(path.join(tree, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(tree, file), text)
  }
  const run = spawnSync(process.execPath, [oxlint, '--format=json', '.'], {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  diagnostics = (JSON.parse(run.stdout) as { diagnostics: Diagnostic[] }).diagnostics
})

afterAll(() => {
  rmSync(tree, { recursive: true, force: true })
})

describe('the linter refuses', () => {
  test.each(forbiddenCases)('$form of $from in $folder/', ({ file, message }) => {
    expect(refusals(file, RULE)).toEqual([expect.stringContaining(message)])
  })

  test('an import() inside a type, which the import rules do not see', () => {
    expect(refusals(importType, 'typescript(consistent-type-imports)')).toHaveLength(1)
  })

  test('a cycle, also through #imports', () => {
    expect(
      refusals('engine/one.ts', 'import(no-cycle)').length +
        refusals('engine/two.ts', 'import(no-cycle)').length,
    ).toBeGreaterThan(0)
  })
})

describe('the linter accepts', () => {
  test.each(allowedCases)('$form of $from in $folder/', ({ file }) => {
    expect(refusals(file, RULE)).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { lockedPlaces, lockFileFor, parseLockFile } from '#build/locked-packages.ts'

const LOCK = parseLockFile(
  JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { app: '1.0.0', tool: '1.0.0' } },
      'node_modules/app': {
        version: '1.0.0',
        integrity: 'sha512-app',
        dependencies: { shared: '^1.0.0', nested: '1.0.0' },
        optionalDependencies: { 'native-linux': '1.0.0' },
      },
      'node_modules/nested': { version: '1.0.0', dependencies: { shared: '^2.0.0', app: '1.0.0' } },
      'node_modules/nested/node_modules/shared': { version: '2.0.0' },
      'node_modules/shared': { version: '1.0.0', devOptional: true },
      'node_modules/native-linux': { version: '1.0.0', os: ['linux'], optional: true },
      'node_modules/tool': { version: '1.0.0', dev: true },
    },
  }),
)

describe('the packages that some packages need', () => {
  test('include what those need in turn, each where Node finds it, and nothing else', () => {
    expect(lockedPlaces(LOCK, ['app'])).toEqual([
      'node_modules/app',
      'node_modules/native-linux',
      'node_modules/nested',
      'node_modules/nested/node_modules/shared',
      'node_modules/shared',
    ])
  })

  test('cannot be named when the lock file does not know one', () => {
    expect(() => lockedPlaces(LOCK, ['other'])).toThrow('package-lock.json has no other')
  })
})

test('the lock file for some packages keeps versions, hashes and systems, and forgets the tools', () => {
  const lock = lockFileFor(LOCK, { name: 'beeline', version: '2.0.0', dependencies: { app: '1.0.0' } })
  expect(lock).toMatchObject({ name: 'beeline', version: '2.0.0', lockfileVersion: 3 })
  expect(lock.packages['']).toEqual({ name: 'beeline', version: '2.0.0', dependencies: { app: '1.0.0' } })
  expect(lock.packages['node_modules/app']).toMatchObject({ integrity: 'sha512-app' })
  expect(lock.packages['node_modules/native-linux']).toMatchObject({ os: ['linux'], optional: true })
  // Else npm would leave it out with `--omit=dev`.
  expect(lock.packages['node_modules/shared']).toEqual({ version: '1.0.0' })
  expect(lock.packages).not.toHaveProperty(['node_modules/tool'])
})

test('a lock file of another kind is refused', () => {
  expect(() => parseLockFile('{"lockfileVersion":1,"packages":{}}')).toThrow('Invalid type')
})

import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openSecretsFile } from '#engine/app/file-secrets.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'

test('a secret comes back, also in another run, and what stands for it says nothing of it', async () => {
  using folder = await TempFolder.create()
  const sealed = await openSecretsFile(folder.at('data')).seal('pass word "ä"')
  expect(sealed).not.toContain('pass')
  expect(await openSecretsFile(folder.at('data')).unseal(sealed)).toBe('pass word "ä"')
})

test.skipIf(process.platform === 'win32')(
  'nobody else can read the file, also when it was readable',
  async () => {
    using folder = await TempFolder.create()
    const secrets = openSecretsFile(folder.at('data'))
    await secrets.seal('one')
    expect(statSync(folder.at('data')).mode & 0o777).toBe(0o700)
    chmodSync(folder.at('data/secrets.json'), 0o644)
    // Left by a run that was killed.
    writeFileSync(folder.at('data/secrets.json.new'), 'x', { mode: 0o666 })
    await secrets.seal('two')
    expect(statSync(folder.at('data/secrets.json')).mode & 0o777).toBe(0o600)
    expect(existsSync(folder.at('data/secrets.json.new'))).toBe(false)
  },
)

test('many at once are all kept; one that is forgotten is gone from the disk', async () => {
  using folder = await TempFolder.create()
  const secrets = openSecretsFile(folder.path)
  const sealed = await Promise.all(Array.from({ length: 50 }, (_, i) => secrets.seal(`secret-${i}`)))
  expect(new Set(sealed).size).toBe(50)
  await secrets.forget(sealed[7] ?? '')
  await expect(secrets.unseal(sealed[7] ?? '')).rejects.toMatchObject({ code: 'settings.bad-value' })
  expect(readFileSync(folder.at('secrets.json'), 'utf8')).not.toContain('"secret-7"')
  expect(await secrets.unseal(sealed[8] ?? '')).toBe('secret-8')
})

test('a damaged file is put aside, not overwritten', async () => {
  using folder = await TempFolder.create()
  writeFileSync(folder.at('secrets.json'), '{"file:1": "onl')
  const secrets = openSecretsFile(folder.path)
  const sealed = await secrets.seal('new')
  expect(await secrets.unseal(sealed)).toBe('new')
  expect(readFileSync(folder.at('secrets.json.damaged'), 'utf8')).toBe('{"file:1": "onl')
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fileOfPage, servePage } from '#electron/main/page-files.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'

let folder: TempFolder
let serve: (request: Request) => Promise<Response>

beforeAll(async () => {
  folder = await TempFolder.create()
  mkdirSync(folder.at('renderer/assets'), { recursive: true })
  writeFileSync(folder.at('secret.js'), 'secret')
  writeFileSync(folder.at('renderer/index.html'), '<!doctype html>')
  writeFileSync(folder.at('renderer/assets/app.js'), 'run()')
  writeFileSync(folder.at('renderer/.env'), 'secret')
  serve = servePage(folder.at('renderer'))
})
afterAll(() => folder[Symbol.dispose]())

describe('the page’s files', () => {
  test.each([
    'app://beeline/%2e%2e%2fsecret.js',
    'app://beeline/..%2fsecret.js',
    'app://beeline/%2e%2e/secret.js',
    'app://beeline/../secret.js',
    'app://beeline/assets/%2e%2e%2f%2e%2e%2fsecret.js',
    'app://beeline/assets/..%5c..%5csecret.js',
    'app://beeline//etc/passwd.js',
    'app://beeline/%2fetc%2fhosts.js',
    'app://beeline/C:%5csecret.js',
    'app://beeline/app.js%00.html',
    'app://beeline/%zz.js',
    'app://beeline/assets/',
    'app://beeline/assets',
    'app://beeline/.env',
    'app://beeline/missing.js',
    'app://other/index.html',
    'https://beeline/index.html',
  ])('%s is not found', async (url) => {
    const response = await serve(new Request(url))
    expect([response.status, await response.text()]).toEqual([404, ''])
  })

  test('nothing that is found lies outside of the folder', () => {
    for (const url of ['app://beeline/a/../../b.js', 'app://beeline/./../x.js']) {
      expect(fileOfPage('/page', url) ?? '/page/').toMatch(/^\/page\//)
    }
  })

  test.each([
    ['app://beeline/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['app://beeline/index.html', 'text/html; charset=utf-8', '<!doctype html>'],
    ['app://beeline/assets/app.js?v=1#top', 'text/javascript; charset=utf-8', 'run()'],
  ])('%s is served with its type', async (url, type, text) => {
    const response = await serve(new Request(url))
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      type,
      text,
    ])
  })

  test('the policy allows no code but our own, and comes with every answer', async () => {
    for (const url of ['app://beeline/', 'app://beeline/missing.js']) {
      const { headers } = await serve(new Request(url))
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("require-trusted-types-for 'script'")
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('only reading is answered', async () => {
    expect((await serve(new Request('app://beeline/', { method: 'POST', body: 'x' }))).status).toBe(405)
  })
})

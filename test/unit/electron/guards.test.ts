/** Who may speak to the engine, go elsewhere, or use a power: refusals first. */

import { describe, expect, test } from 'vitest'
import { mayOpenOutside } from '#electron/main/outside-links.ts'
import { mayUse } from '#electron/main/permissions.ts'
import { isTrustedSender } from '#electron/main/sender.ts'

const page = { url: 'app://beeline/', parent: null }

describe('the sender', () => {
  test.each([
    ['a frame that has gone', null],
    ['a child frame of ours', { ...page, parent: page }],
    ['a look-alike host', { ...page, url: 'app://beeline.example/' }],
    ['a host in front', { ...page, url: 'app://beeline@evil.example/' }],
    ['our host behind a name', { ...page, url: 'app://evil@beeline/' }],
    ['our host behind a password', { ...page, url: 'app://:x@beeline/' }],
    ['a port', { ...page, url: 'app://beeline:1/' }],
    // Both have the origin "null", as ours has.
    ['another scheme of one’s own', { ...page, url: 'other://beeline/' }],
    ['a file', { ...page, url: 'file:///beeline/index.html' }],
    ['the web', { ...page, url: 'https://beeline/' }],
    ['an empty page', { ...page, url: 'about:blank' }],
    ['no address', { ...page, url: '' }],
    ['an error page', { ...page, url: 'chrome-error://chromewebdata/' }],
  ])('%s is refused', (_who, frame) => {
    expect(isTrustedSender(frame)).toBe(false)
  })

  test.each(['app://beeline/', 'app://beeline/index.html', 'app://beeline/#transfers'])(
    '%s is ours',
    (url) => {
      expect(isTrustedSender({ url, parent: null })).toBe(true)
    },
  )
})

describe('an address for the system’s browser', () => {
  const allowed = ['https://beeline.example/docs/', 'mailto:?']

  test.each([
    'http://beeline.example/docs/',
    'https://beeline.example/other',
    'https://beeline.example.evil/docs/',
    'https://user@beeline.example/docs/',
    'https://beeline.example@evil.example/docs/',
    'https://beeline.example/docs/../admin',
    'mailto:someone@example.org',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'beeline://host/get#x',
    'ms-msdt:/id',
    '',
    'no address',
  ])('%s is refused', (url) => {
    expect(mayOpenOutside(url, allowed)).toBe(false)
  })

  test.each(['https://beeline.example/docs/turn', 'mailto:?body=x'])('%s is opened', (url) => {
    expect(mayOpenOutside(url, allowed)).toBe(true)
  })
})

describe('a power', () => {
  test.each([
    ['media', 'app://beeline/'],
    ['geolocation', 'app://beeline/'],
    ['notifications', 'app://beeline/'],
    ['openExternal', 'app://beeline/'],
    ['fileSystem', 'app://beeline/'],
    ['unknown', 'app://beeline/'],
    ['clipboard-read', 'https://evil.example/'],
    ['clipboard-read', undefined],
    ['clipboard-sanitized-write', 'app://evil/'],
  ])('%s for %s is refused', (permission, url) => {
    expect(mayUse(permission, url)).toBe(false)
  })

  test.each(['clipboard-read', 'clipboard-sanitized-write'])('%s is granted to our page', (permission) => {
    expect(mayUse(permission, 'app://beeline/')).toBe(true)
  })
})

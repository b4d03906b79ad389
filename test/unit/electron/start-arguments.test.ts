import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readStart } from '#electron/main/arguments.ts'
import { OutsideWishes } from '#electron/main/outside-wishes.ts'

const KEY = 'jBJkiIxR0oyCaN7lYUvgrvTEkTP9cr3STr8_1c3Z3aBPslWM8wt0sv7frhXGyGow'
const LINK = `beeline://coordinator.example/get#${KEY}`
const workingDir = path.resolve('/somewhere')

function read(...args: string[]) {
  return readStart({ arguments: args, workingDir })
}

describe('the arguments of a start', () => {
  test('a link is opened, in both forms', () => {
    expect(read(LINK).links).toEqual([LINK])
    expect(read(`https://coordinator.example/get#${KEY}`).links).toHaveLength(1)
    expect(read(`BEELINE://coordinator.example/get#${KEY}`).links).toHaveLength(1)
  })

  test.each([
    'beeline://',
    'beeline://x/get#short',
    'beeline:evil',
    'https://example.org/',
    `beeline://x/../get#${KEY}`,
  ])('%s is no link, and nothing else either', (text) => {
    expect(read(text)).toEqual({ links: [], paths: [], isHidden: false })
  })

  test('beside an address, which a web page may have chosen, paths and switches do not count', () => {
    expect(read(LINK, '/etc/passwd', '--hidden')).toEqual({ links: [LINK], paths: [], isHidden: false })
    expect(read('beeline://broken', '/etc/passwd')).toEqual({ links: [], paths: [], isHidden: false })
  })

  test('files are found from where the program was called', () => {
    const absolute = path.resolve('/data/a.txt')
    const address = pathToFileURL(path.resolve('/data/b c.txt')).href
    expect(read(absolute, 'c.txt', address).paths).toEqual([
      absolute,
      path.join(workingDir, 'c.txt'),
      path.resolve('/data/b c.txt'),
    ])
    expect(read('file://other-host/%zz').paths).toEqual([])
  })

  test('switches are no files', () => {
    expect(read('--hidden', '--no-sandbox', '-x', '')).toEqual({ links: [], paths: [], isHidden: true })
  })
})

describe('wishes from outside', () => {
  function taker() {
    const taken: string[] = []
    return {
      taken,
      openLink: (link: string) => taken.push(`link ${link}`),
      openPaths: (paths: readonly string[]) => taken.push(`paths ${paths.join()}`),
      show: () => taken.push('show'),
    }
  }

  test('wait until somebody can serve them, once, and in order', () => {
    const wishes = new OutsideWishes()
    wishes.add({ links: ['one'], paths: [], isHidden: true })
    wishes.add({ links: [], paths: ['/a', '/b'], isHidden: false })
    const first = taker()
    wishes.attach(first)
    expect(first.taken).toEqual(['link one', 'paths /a,/b', 'show'])
    wishes.add({ links: ['two'], paths: [], isHidden: false })
    expect(first.taken.slice(3)).toEqual(['link two', 'show'])
  })
})

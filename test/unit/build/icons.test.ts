import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeIcns } from '#build/icon/icns.ts'
import { writeIco } from '#build/icon/ico.ts'

const BUILD = join(import.meta.dirname, '..', '..', '..', 'build')
const PNG_START = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** Where a PNG says how wide it is. */
const PNG_WIDTH_OFFSET = 16

function widthOf(png: Buffer): number {
  expect(png.subarray(0, 8)).toEqual(PNG_START)
  return png.readUInt32BE(PNG_WIDTH_OFFSET)
}

describe('a Windows icon', () => {
  test('lists each picture with its size and place', () => {
    const ico = writeIco([
      { sizePixels: 16, png: Buffer.from('one') },
      { sizePixels: 256, png: Buffer.from('second') },
    ])
    expect([...ico.subarray(0, 6)]).toEqual([0, 0, 1, 0, 2, 0])
    expect([...ico.subarray(6, 8)]).toEqual([16, 16])
    // 256 does not fit in a byte: Windows reads 0 as 256.
    expect([...ico.subarray(22, 24)]).toEqual([0, 0])
    const second = { length: ico.readUInt32LE(30), offset: ico.readUInt32LE(34) }
    expect(ico.subarray(second.offset, second.offset + second.length).toString()).toBe('second')
  })

  test('refuses a picture that its table cannot describe', () => {
    expect(() => writeIco([{ sizePixels: 512, png: Buffer.of() }])).toThrow('512')
  })
})

describe('a macOS icon', () => {
  test('is a container whose lengths add up', () => {
    const icns = writeIcns([{ sizePixels: 1024, png: Buffer.from('picture') }])
    expect(icns.subarray(0, 4).toString()).toBe('icns')
    expect(icns.readUInt32BE(4)).toBe(icns.length)
    expect(icns.subarray(8, 12).toString()).toBe('ic10')
    expect(icns.readUInt32BE(12)).toBe(8 + 'picture'.length)
    expect(icns.subarray(16).toString()).toBe('picture')
  })

  test('refuses a size that macOS has no name for', () => {
    expect(() => writeIcns([{ sizePixels: 48, png: Buffer.of() }])).toThrow('48')
  })
})

describe('the committed icons', () => {
  test.each(readdirSync(join(BUILD, 'icons')))('icons/%s is as large as its name says', (name) => {
    expect(`${widthOf(readFileSync(join(BUILD, 'icons', name)))}.png`).toBe(name)
  })

  test.each([
    ['trayTemplate.png', 16],
    ['trayTemplate@2x.png', 32],
    ['tray.png', 24],
    ['tray@2x.png', 48],
  ])('tray/%s is %i pixels wide', (name, pixels) => {
    expect(widthOf(readFileSync(join(BUILD, 'tray', name)))).toBe(pixels)
  })

  test.each(['icon.ico', 'tray/tray.ico'])('%s holds pictures of the sizes it lists', (name) => {
    const ico = readFileSync(join(BUILD, name))
    const count = ico.readUInt16LE(4)
    expect(count).toBeGreaterThanOrEqual(5)
    for (let entry = 6; entry < 6 + 16 * count; entry += 16) {
      const png = ico.subarray(ico.readUInt32LE(entry + 12))
      expect(widthOf(png)).toBe(ico.readUInt8(entry) || 256)
    }
  })

  test('the page shows the same drawing', () => {
    const favicon = join(BUILD, '..', 'renderer', 'public', 'favicon.svg')
    expect(readFileSync(favicon, 'utf8')).toBe(readFileSync(join(BUILD, 'icon', 'beeline.svg'), 'utf8'))
  })

  test('icon.icns holds all that macOS asks for', () => {
    const icns = readFileSync(join(BUILD, 'icon.icns'))
    const widths = new Map<string, number>()
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
      widths.set(icns.toString('latin1', at, at + 4), widthOf(icns.subarray(at + 8)))
    }
    expect(Object.fromEntries(widths)).toMatchObject({
      icp4: 16,
      icp5: 32,
      ic07: 128,
      ic08: 256,
      ic09: 512,
      ic10: 1024,
      ic11: 32,
      ic12: 64,
      ic13: 256,
      ic14: 512,
    })
  })
})

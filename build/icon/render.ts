/**
 * Draws every icon file from the SVGs in this folder: `node build/icon/render.ts`. Needs rsvg-convert (Debian:
 * librsvg2-bin). The results are committed, so that building needs no renderer.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeIcns } from './icns.ts'
import { writeIco, type IconPicture } from './ico.ts'

const HERE = import.meta.dirname
const ICONS = join(HERE, '..', 'icons')
const TRAY = join(HERE, '..', 'tray')

/** Up to here the drawing without details is the clearer one. */
const SMALL_PIXELS = 32
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
const WINDOWS_SIZES = [16, 24, 32, 48, 64, 128, 256]
const MACOS_SIZES = [16, 32, 64, 128, 256, 512, 1024]
/** Windows shows the tray at 16 pixels times the display's scale: 100, 125, 150, 200 and 300 percent. */
const WINDOWS_TRAY_SIZES = [16, 20, 24, 32, 48]

/** Apple's grid: on a canvas of 1024 the plate has 824 pixels, the rest stays transparent. */
const MACOS_PLATE = 824
/** The width of the plate in each drawing, out of 1024. */
const PLATE = 928
const SMALL_PLATE = 1024

function draw(svg: string, sizePixels: number): Buffer {
  const size = String(sizePixels)
  return execFileSync('rsvg-convert', ['--width', size, '--height', size], { input: svg })
}

function drawing(name: string): string {
  return readFileSync(join(HERE, name), 'utf8')
}

/** The same drawing, shrunk around its middle so that the plate gets the width that macOS expects. */
function onAppleGrid(svg: string, plate: number, sizePixels: number): string {
  // Margins of whole pixels: the plate of a small icon would have blurred edges.
  const platePixels = 2 * Math.ceil((MACOS_PLATE * sizePixels) / 1024 / 2)
  const width = ((platePixels / sizePixels) * 1024 * 1024) / plate
  const margin = (1024 - width) / 2
  const inner = svg.replace('<svg ', `<svg x="${margin}" y="${margin}" width="${width}" height="${width}" `)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">${inner}</svg>`
}

const large = drawing('beeline.svg')
const small = drawing('beeline-small.svg')
const template = drawing('tray-template.svg')

const pictures = new Map<number, Buffer>()
function picture(sizePixels: number): Buffer {
  const png = pictures.get(sizePixels) ?? draw(sizePixels <= SMALL_PIXELS ? small : large, sizePixels)
  pictures.set(sizePixels, png)
  return png
}

const windows: IconPicture[] = WINDOWS_SIZES.map((sizePixels) => ({ sizePixels, png: picture(sizePixels) }))
const windowsTray = WINDOWS_TRAY_SIZES.map((sizePixels) => ({ sizePixels, png: draw(small, sizePixels) }))
const macos = MACOS_SIZES.map((sizePixels) => ({
  sizePixels,
  png:
    sizePixels <= SMALL_PIXELS
      ? draw(onAppleGrid(small, SMALL_PLATE, sizePixels), sizePixels)
      : draw(onAppleGrid(large, PLATE, sizePixels), sizePixels),
}))

for (const folder of [ICONS, TRAY]) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
}
for (const sizePixels of LINUX_SIZES) writeFileSync(join(ICONS, `${sizePixels}.png`), picture(sizePixels))
writeFileSync(join(HERE, '..', 'icon.ico'), writeIco(windows))
writeFileSync(join(HERE, '..', 'icon.icns'), writeIcns(macos))

// Electron finds the larger ones by itself: a name with `@2x` belongs to the one without.
writeFileSync(join(TRAY, 'trayTemplate.png'), draw(template, 16))
writeFileSync(join(TRAY, 'trayTemplate@2x.png'), draw(template, 32))
writeFileSync(join(TRAY, 'tray.png'), draw(small, 24))
writeFileSync(join(TRAY, 'tray@2x.png'), draw(small, 48))
writeFileSync(join(TRAY, 'tray.ico'), writeIco(windowsTray))

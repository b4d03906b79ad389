/** Writes a macOS icon: a container of PNGs, each under a four-letter type that says its size. Pure. */

import type { IconPicture } from './ico.ts'

const MAGIC = 'icns'
/** Of the container and of each entry: a type and a length. */
const HEADER_BYTES = 8

/**
 * The types that hold a PNG, by pixels. A size occurs twice where it is both plain and the double of a smaller one:
 * macOS looks for both names. (The old types `is32` and `il32` for 16 and 32 are not PNG; `icp4` and `icp5` are.)
 */
const TYPES: ReadonlyMap<number, readonly string[]> = new Map([
  [16, ['icp4']],
  [32, ['icp5', 'ic11']],
  [64, ['icp6', 'ic12']],
  [128, ['ic07']],
  [256, ['ic08', 'ic13']],
  [512, ['ic09', 'ic14']],
  [1024, ['ic10']],
])

export function writeIcns(pictures: readonly IconPicture[]): Buffer {
  const entries = pictures.flatMap(({ sizePixels, png }) => {
    const types = TYPES.get(sizePixels)
    if (types === undefined) throw new Error(`an .icns holds no picture of ${sizePixels} pixels`)
    return types.map((type) => chunk(type, png))
  })
  return chunk(MAGIC, Buffer.concat(entries))
}

function chunk(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write(type, 'latin1')
  header.writeUInt32BE(HEADER_BYTES + content.length, 4)
  return Buffer.concat([header, content])
}

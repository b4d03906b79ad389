/** Writes a Windows icon: a table of pictures, each a whole PNG, as Windows has read them since Vista. Pure. */

export interface IconPicture {
  /** Width and height: icons are square. */
  readonly sizePixels: number
  readonly png: Buffer
}

const HEADER_BYTES = 6
const ENTRY_BYTES = 16
const TYPE_ICON = 1
const BITS_PER_PIXEL = 32
/** A size is one byte; the value 0 stands for this. */
const LARGEST_PIXELS = 256

export function writeIco(pictures: readonly IconPicture[]): Buffer {
  const table = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES * pictures.length)
  table.writeUInt16LE(TYPE_ICON, 2)
  table.writeUInt16LE(pictures.length, 4)
  let offset = table.length
  for (const [index, { sizePixels, png }] of pictures.entries()) {
    if (sizePixels > LARGEST_PIXELS) throw new Error(`an .ico holds no picture of ${sizePixels} pixels`)
    const entry = HEADER_BYTES + ENTRY_BYTES * index
    table.writeUInt8(sizePixels % LARGEST_PIXELS, entry)
    table.writeUInt8(sizePixels % LARGEST_PIXELS, entry + 1)
    table.writeUInt16LE(1, entry + 4) // colour planes
    table.writeUInt16LE(BITS_PER_PIXEL, entry + 6)
    table.writeUInt32LE(png.length, entry + 8)
    table.writeUInt32LE(offset, entry + 12)
    offset += png.length
  }
  return Buffer.concat([table, ...pictures.map((picture) => picture.png)])
}

import { expect, test } from 'vitest'
import decodeQR from 'qr/decode.js'
import { qrPath } from '#renderer/screens/transfers/qr-path.ts'

/** Pixels per module of the picture that is read back. */
const SCALE = 6

test('what the path draws is read back as the link', () => {
  const link = `https://meet.example.org/get#${'Qm9yZWRCZWVz'.repeat(5)}aaaa`
  expect(decodeQR(paint(qrPath(link)))).toBe(link)
})

test('the longest link still fits', () => {
  const link = `https://[2001:db8:1111:2222:3333:4444:5555:6666]:65535/get#${'x'.repeat(64)}${'&at=192.168.100.100:65535'.repeat(3)}`
  expect(decodeQR(paint(qrPath(link)))).toBe(link)
})

/** Fills the path’s rectangles, as a browser does: `Mx yhWv1h-Wz`. */
function paint({ size, path }: { size: number; path: string }): {
  width: number
  height: number
  data: Uint8Array
} {
  const width = size * SCALE
  const data = new Uint8Array(width * width * 4).fill(255)
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row++) {
      const start = (row * width + Number(x) * SCALE) * 4
      for (let i = 0; i < Number(length) * SCALE * 4; i++) if (i % 4 < 3) data[start + i] = 0
    }
  }
  return { width, height: width, data }
}

/** How files are cut into pieces and blocks: every byte once, in order, whatever the sizes. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BLOCK_BYTES,
  isPieceLength,
  MAX_PIECE_BYTES,
  MAX_PIECES,
  MAX_SHARE_BYTES,
  MIN_PIECE_BYTES,
  pieceBytesFor,
  PieceLayout,
} from '#shared/share/piece-layout.ts'
import { refusalOf } from '../refusal.ts'

const PIECE = MIN_PIECE_BYTES
/** Around the borders of pieces and blocks, where mistakes live; and anything between. */
const size = fc.oneof(
  fc.constantFrom(0, 0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE),
  fc.nat(5 * PIECE),
)
const sizes = fc.array(size, { maxLength: 30 })
const pieceBytes = fc.constantFrom(PIECE, 2 * PIECE)
const layout = fc.tuple(sizes, pieceBytes).map(([list, length]) => new PieceLayout(list, length))

/** All segments of all pieces, with the piece they are in. */
function segmentsOf(of: PieceLayout) {
  return Array.from({ length: of.pieceCount }, (_, piece) =>
    of.segmentsOf(piece).map((segment) => ({ piece, ...segment })),
  ).flat()
}

test('the segments of all pieces cover every file once and in order', () => {
  fc.assert(
    fc.property(sizes, pieceBytes, (list, length) => {
      const of = new PieceLayout(list, length)
      const covered = list.map(() => 0)
      let last = -1
      for (const segment of segmentsOf(of)) {
        expect(segment.length).toBeGreaterThan(0)
        expect(segment.file).toBeGreaterThanOrEqual(last)
        expect(segment.fileOffset).toBe(covered[segment.file])
        covered[segment.file] = (covered[segment.file] ?? 0) + segment.length
        last = segment.file
      }
      expect(covered).toEqual(list)
    }),
    { numRuns: 300 },
  )
})

test('the segments of one piece fill it without a gap', () => {
  fc.assert(
    fc.property(layout, (of) => {
      for (let piece = 0; piece < of.pieceCount; piece++) {
        let filled = 0
        for (const segment of of.segmentsOf(piece)) {
          expect(segment.pieceOffset).toBe(filled)
          filled += segment.length
        }
        expect(filled).toBe(of.bytesOf(piece))
      }
    }),
    { numRuns: 300 },
  )
})

test('the pieces of a file are those that have a segment of it', () => {
  fc.assert(
    fc.property(layout, (of) => {
      const segments = segmentsOf(of)
      for (let file = 0; file < of.fileCount; file++) {
        const pieces = segments.filter((segment) => segment.file === file).map((segment) => segment.piece)
        const range = of.piecesOf(file)
        const [first, last] = [pieces[0], pieces.at(-1)]
        expect(range).toEqual(first === undefined ? undefined : { first, last })
        expect(new Set(pieces).size).toBe(range === undefined ? 0 : range.last - range.first + 1)
      }
    }),
    { numRuns: 300 },
  )
})

test('sizes add up: of files, pieces and blocks', () => {
  fc.assert(
    fc.property(sizes, pieceBytes, (list, length) => {
      const of = new PieceLayout(list, length)
      const total = list.reduce((sum, bytes) => sum + bytes, 0)
      expect(of.totalBytes).toBe(total)
      expect(list.map((_, file) => of.sizeOf(file))).toEqual(list)
      let pieces = 0
      for (let piece = 0; piece < of.pieceCount; piece++) {
        expect(of.bytesOf(piece)).toBe(piece < of.pieceCount - 1 ? length : total - pieces)
        expect(of.bytesOf(piece)).toBeGreaterThan(0)
        pieces += of.bytesOf(piece)
        let blocks = 0
        for (let block = 0; block < of.blockCount(piece); block++) {
          const bytes = of.blockBytes(piece, block)
          expect(bytes).toBeGreaterThan(0)
          expect(bytes).toBeLessThanOrEqual(BLOCK_BYTES)
          blocks += bytes
        }
        expect(blocks).toBe(of.bytesOf(piece))
      }
      expect(pieces).toBe(total)
    }),
    { numRuns: 300 },
  )
})

describe('a share', () => {
  test.each([
    ['without files', []],
    ['of empty files only', [0, 0, 0]],
  ])('%s has no piece', (_what, list) => {
    const of = new PieceLayout(list, PIECE)
    expect(of.pieceCount).toBe(0)
    expect(of.totalBytes).toBe(0)
    expect(list.map((_, file) => of.piecesOf(file))).toEqual(list.map(() => undefined))
  })

  test('whose files end where pieces end has one file in each piece', () => {
    const of = new PieceLayout([PIECE, 0, PIECE, 2 * PIECE, 0], PIECE)
    expect(Array.from({ length: 4 }, (_, piece) => of.segmentsOf(piece))).toEqual([
      [{ file: 0, fileOffset: 0, pieceOffset: 0, length: PIECE }],
      [{ file: 2, fileOffset: 0, pieceOffset: 0, length: PIECE }],
      [{ file: 3, fileOffset: 0, pieceOffset: 0, length: PIECE }],
      [{ file: 3, fileOffset: PIECE, pieceOffset: 0, length: PIECE }],
    ])
  })

  test('of one byte more than a piece has a last piece of one byte', () => {
    const of = new PieceLayout([PIECE + 1], PIECE)
    expect([of.pieceCount, of.bytesOf(0), of.bytesOf(1), of.blockCount(1)]).toEqual([2, PIECE, 1, 1])
  })

  test('of 200,000 one-byte files has them all in its only piece', () => {
    const of = new PieceLayout(Array<number>(200_000).fill(1), PIECE)
    expect(of.segmentsOf(0)).toHaveLength(200_000)
    expect(of.segmentsOf(0).at(-1)).toEqual({ file: 199_999, fileOffset: 0, pieceOffset: 199_999, length: 1 })
  })

  test('of the largest size has the most pieces, exact to the byte', () => {
    const of = new PieceLayout([MAX_SHARE_BYTES - 3, 2, 1], MAX_PIECE_BYTES)
    expect(of.pieceCount).toBe(MAX_PIECES)
    expect(of.segmentsOf(MAX_PIECES - 1)).toEqual([
      { file: 0, fileOffset: MAX_SHARE_BYTES - MAX_PIECE_BYTES, pieceOffset: 0, length: MAX_PIECE_BYTES - 3 },
      { file: 1, fileOffset: 0, pieceOffset: MAX_PIECE_BYTES - 3, length: 2 },
      { file: 2, fileOffset: 0, pieceOffset: MAX_PIECE_BYTES - 1, length: 1 },
    ])
    expect(of.piecesOf(0)).toEqual({ first: 0, last: MAX_PIECES - 1 })
  })

  test('of more pieces than there may be is refused', () => {
    const tooMany = { code: 'manifest.invalid', detail: 'it has too many pieces' }
    expect(refusalOf(() => new PieceLayout([MAX_PIECES * PIECE + 1], PIECE))).toEqual(tooMany)
    expect(refusalOf(() => new PieceLayout([MAX_PIECES * PIECE], PIECE))).toBeUndefined()
  })
})

describe('the piece length', () => {
  const total = fc.oneof(
    fc.integer({ min: 0, max: MAX_SHARE_BYTES }),
    fc
      .tuple(fc.nat(44), fc.integer({ min: -1, max: 1 }))
      .map(([power, more]) => Math.max(0, 2 ** power + more)),
  )

  test('is a power of two in range and makes no more pieces than there may be', () => {
    fc.assert(
      fc.property(total, (bytes) => {
        fc.pre(bytes <= MAX_SHARE_BYTES)
        const length = pieceBytesFor(bytes)
        expect(isPieceLength(length)).toBe(true)
        expect(Math.ceil(bytes / length)).toBeLessThanOrEqual(MAX_PIECES)
      }),
      { numRuns: 1000 },
    )
  })

  test('never falls when a share grows', () => {
    fc.assert(
      fc.property(total, total, (one, other) => {
        expect(pieceBytesFor(Math.max(one, other))).toBeGreaterThanOrEqual(
          pieceBytesFor(Math.min(one, other)),
        )
      }),
    )
  })

  test('is the smallest for nothing and the largest for the largest share', () => {
    expect(pieceBytesFor(0)).toBe(MIN_PIECE_BYTES)
    expect(pieceBytesFor(MAX_SHARE_BYTES)).toBe(MAX_PIECE_BYTES)
  })

  test.each([
    0,
    -0,
    1,
    -PIECE,
    PIECE - 1,
    PIECE + 1,
    3 * PIECE,
    PIECE / 2,
    2 * MAX_PIECE_BYTES,
    NaN,
    Infinity,
    PIECE + 0.5,
  ])('is never %d', (bytes) => {
    expect(isPieceLength(bytes)).toBe(false)
  })
})

/** The map of pieces, the graph of rates, and what is drawn again. */

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { areaPath, axisTop, linePath } from '#renderer/parts/rate-graph-shape.ts'
import { cellKinds, countCells } from '#renderer/screens/details/piece-cells.ts'
import { isSameData } from '#renderer/screens/details/same-data.ts'
import { readSelection, shareAnswers } from '#renderer/screens/details/wanted-selection.ts'
import type { FolderView } from '#shared/api/transfer-views.ts'

describe('map of pieces', () => {
  const kinds = (pieces: number[], availability: number[], connected = 3) =>
    cellKinds({ pieces, availability }, connected)

  test('what is here, partly here and missing', () => {
    expect(kinds([100, 40, 0], [2, 2, 2])).toEqual(['here', 'partly', 'missing'])
  })

  test('what one device alone has is rare, unless everything is', () => {
    expect(kinds([0, 40, 0], [1, 1, 3])).toEqual(['rare', 'rare', 'missing'])
    expect(kinds([0, 40], [1, 1])).toEqual(['missing', 'partly'])
  })

  test('what nobody has is said only while somebody is there', () => {
    expect(kinds([100, 0, 50], [0, 0, 0])).toEqual(['only', 'nowhere', 'nowhere'])
    expect(kinds([100, 0, 50], [0, 0, 0], 0)).toEqual(['here', 'missing', 'partly'])
  })

  test('fields without a word on who has them are missing, not an error', () => {
    expect(kinds([0, 100], [], 0)).toEqual(['missing', 'here'])
    expect(countCells(kinds([0, 100, 100], [2, 2, 2]))).toEqual(
      new Map([
        ['missing', 1],
        ['here', 2],
      ]),
    )
  })
})

describe('graph of rates', () => {
  test.each([
    [0, 1000],
    [25_100_000, 30_000_000],
    [30_000_000, 30_000_000],
    [999_999, 1_000_000],
    [8_100_000, 10_000_000],
  ])('the axis above %i ends at %i', (rate, top) => {
    expect(axisTop(rate)).toBe(top)
  })

  test('the axis is never below the line, and never three times as high', () => {
    fc.assert(
      fc.property(fc.double({ min: 1000, max: 1e12, noNaN: true }), (rate) => {
        expect(axisTop(rate)).toBeGreaterThanOrEqual(rate)
        expect(axisTop(rate)).toBeLessThan(rate * 3)
      }),
    )
  })

  test('few samples stand at the right end, many lose their oldest', () => {
    const size = { widthPx: 100, heightPx: 50, samples: 11 }
    expect(linePath([0, 10], 10, size)).toBe('M90 50L100 0')
    expect(linePath([99, ...Array.from({ length: 11 }, () => 10)], 10, size)).toMatch(/^M0 0L.*L100 0$/)
    expect(areaPath([5], 10, size)).toBe('M100 50L100 25V50Z')
    expect([linePath([], 10, size), areaPath([], 10, size)]).toEqual(['', ''])
  })
})

test('views are the same by what they say', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(isSameData(one, structuredClone(one))).toBe(true)
      expect(isSameData(one, other)).toBe(isDeepStrictEqual(one, other))
    }),
  )
  expect(isSameData({ a: undefined }, { b: undefined })).toBe(false)
  expect(isSameData([], {})).toBe(false)
})

describe('which files are wanted', () => {
  const entry = (name: string, wanted: 'all' | 'some' | 'none', kind: 'file' | 'folder' = 'file') => ({
    name,
    kind,
    wanted,
    sizeBytes: 1,
    fileCount: 1,
    doneBytes: 0,
  })
  const FOLDERS: Readonly<Record<string, FolderView['entries']>> = {
    '': [entry('whole', 'all', 'folder'), entry('part', 'some', 'folder'), entry('out', 'none', 'folder')],
    part: [entry('a', 'all'), entry('b', 'none')],
  }

  test('only folders that are partly wanted are looked into', async () => {
    const asked: string[] = []
    const selection = await readSelection(async (path) => {
      asked.push(path)
      return { path, entries: FOLDERS[path] ?? [] }
    })
    expect(selection).toEqual({ paths: ['whole', 'part/a'] })
    expect(asked).toEqual(['', 'part'])
  })

  test('everything is null', async () => {
    expect(await readSelection(async (path) => ({ path, entries: [entry('a', 'all')] }))).toBeNull()
  })

  test('a folder that is on its way is asked for once, and again afterwards', async () => {
    let count = 0
    const load = shareAnswers(async (path) => {
      count++
      return { path, entries: [] }
    })
    await Promise.all([load(''), load(''), load('a')])
    expect(count).toBe(2)
    await load('')
    expect(count).toBe(3)
  })
})

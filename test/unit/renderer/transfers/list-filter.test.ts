import { expect, test } from 'vitest'
import { countGroups, filterIds, type Filter } from '#renderer/screens/transfers/list-filter.ts'
import { transfer, TRANSFERS } from '#test/e2e/mock/fixtures.ts'

const VIEWS = new Map(TRANSFERS.map((view) => [view.id, view]))
const find = (filter: Filter, words: string): (string | undefined)[] =>
  filterIds([...VIEWS.keys()], (id) => VIEWS.get(id), filter, words).map((id) => VIEWS.get(id)?.title)

test('counts what each filter shows', () => {
  const counts = countGroups(TRANSFERS)
  expect(counts).toEqual({ all: 9, receiving: 4, sharing: 3, done: 2 })
  for (const filter of ['all', 'receiving', 'sharing', 'done'] as const) {
    expect(find(filter, '')).toHaveLength(counts[filter])
  }
})

test('finds by title or sender, in any case, all words, in any order', () => {
  expect(find('all', 'LOFOTEN')).toEqual(['Lofoten 2026'])
  expect(find('all', 'jonas 2026')).toEqual(['Lofoten 2026'])
  expect(find('all', 'jonas zebra')).toEqual([])
  expect(find('done', 'lofoten')).toEqual([])
  expect(find('all', '   ')).toHaveLength(9)
})

test('accents and taken-apart letters make no difference', () => {
  const view = transfer(1, 'Café – 할머니'.normalize('NFD'))
  const search = (words: string): number => filterIds([view.id], () => view, 'all', words).length
  expect(search('cafe')).toBe(1)
  expect(search('CAFÉ')).toBe(1)
  expect(search('할머니')).toBe(1)
  expect(search('할아버지')).toBe(0)
})

test('what has gone meanwhile is left out', () => {
  expect(filterIds([...VIEWS.keys()], () => undefined, 'all', '')).toEqual([])
})

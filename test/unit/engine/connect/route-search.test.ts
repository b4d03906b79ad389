/** When a direct way is looked for, on a clock of its own. */

import { describe, expect, test } from 'vitest'
import { RouteHistory } from '#engine/connect/route-history.ts'
import { RouteSearch, type SearchView } from '#engine/connect/route-search.ts'
import type { Prospect } from '#engine/connect/route-prospects.ts'

const LIKELY: Prospect = { chance: 'likely', needsPrediction: false, reason: 'no-direct-path' }
const FORESEEN: Prospect = { chance: 'likely', needsPrediction: true, reason: 'changing-ports' }
const SLIM: Prospect = { chance: 'slim', needsPrediction: false, reason: 'changing-ports-both' }
const NEVER: Prospect = { chance: 'none', needsPrediction: false, reason: 'relay-only' }

/** Runs the search with tries that fail after a while. @returns when they began, milliseconds */
function run(
  search: RouteSearch,
  view: (nowMs: number) => SearchView,
  { untilMs, fromMs = 0, lastMs = 1000 }: { untilMs: number; fromMs?: number; lastMs?: number },
): number[] {
  const begun: number[] = []
  let endMs = Infinity
  for (let now = fromMs; now < untilMs; now += 250) {
    if (now >= endMs) {
      endMs = Infinity
      search.ended(now)
    }
    if (!search.look(view(now), now)) continue
    search.began()
    begun.push(now)
    endMs = now + lastMs
  }
  return begun
}

function searchWithoutJitter(): RouteSearch {
  return new RouteSearch(() => 0.5)
}

const relayed = (prospect: Prospect, isOfferer = true): SearchView => ({
  isRelayed: true,
  prospect,
  isOfferer,
})

describe('a relayed connection', () => {
  test('is tried after a second, then after 2, 8, 30 and 120 seconds, then every ten minutes', () => {
    const begun = run(searchWithoutJitter(), () => relayed(LIKELY), { untilMs: 2_000_000 })
    expect(begun.slice(0, 7)).toEqual([1000, 4000, 13_000, 44_000, 165_000, 766_000, 1_367_000])
  })

  test('is tried later by the side that did not make the last offer', () => {
    const begun = run(searchWithoutJitter(), () => relayed(LIKELY, false), { untilMs: 60_000 })
    expect(begun.slice(0, 3)).toEqual([7000, 16_000, 31_000])
  })

  test('whose facts leave little hope is tried once, and then rarely', () => {
    const begun = run(searchWithoutJitter(), () => relayed(SLIM), { untilMs: 1_500_000 })
    expect(begun).toEqual([1000, 602_000, 1_203_000])
  })

  test('that must be so is never tried', () => {
    const search = searchWithoutJitter()
    expect(run(search, () => relayed(NEVER), { untilMs: 1_500_000 })).toEqual([])
    expect([search.state, search.isHopeful]).toEqual(['none', false])
  })

  test('is tried no more when it is direct, and from the beginning when it is relayed again', () => {
    const search = searchWithoutJitter()
    const view = (now: number): SearchView => ({
      ...relayed(LIKELY),
      isRelayed: now < 20_000 || now >= 60_000,
    })
    expect(run(search, view, { untilMs: 65_000 })).toEqual([1000, 4000, 13_000, 61_000, 64_000])
  })

  test('never twice at the same time', () => {
    expect(run(searchWithoutJitter(), () => relayed(LIKELY), { untilMs: 30_000, lastMs: 60_000 })).toEqual([
      1000,
    ])
  })

  test('is tried at different moments by different devices', () => {
    const third = (random: number): number | undefined =>
      run(new RouteSearch(() => random), () => relayed(LIKELY), { untilMs: 60_000 })[2]
    expect(third(0)).toBeLessThan(third(0.99) ?? 0)
  })
})

describe('news', () => {
  test('that a port can be foreseen is acted upon as soon as the present try is over', () => {
    const view = (now: number): SearchView => relayed(now < 15_000 ? SLIM : FORESEEN)
    expect(run(searchWithoutJitter(), view, { untilMs: 20_000 })).toEqual([1000, 15_000, 18_000])
    const during = (now: number): SearchView => relayed(now < 1500 ? LIKELY : FORESEEN)
    expect(run(searchWithoutJitter(), during, { untilMs: 6000 })).toEqual([1000, 2500, 5500])
  })

  test('of another address sets it off from the beginning', () => {
    const search = searchWithoutJitter()
    expect(run(search, () => relayed(LIKELY), { untilMs: 100_000 })).toHaveLength(4)
    search.stir(100_000)
    expect(run(search, () => relayed(LIKELY), { fromMs: 100_000, untilMs: 110_000 })).toEqual([
      100_000, 103_000,
    ])
  })

  test('without end sets off a try every five seconds at most', () => {
    const search = searchWithoutJitter()
    const view = (now: number): SearchView => relayed((now / 250) % 2 === 0 ? SLIM : FORESEEN)
    const begun = run(search, view, { untilMs: 60_000, lastMs: 250 })
    expect(begun.length).toBeLessThan(20)
  })
})

describe('what a person is told', () => {
  test('is that a way is being looked for, until four tries have failed', () => {
    const search = searchWithoutJitter()
    const told = (untilMs: number, fromMs: number): string => {
      run(search, () => relayed(LIKELY), { fromMs, untilMs })
      return `${search.state} ${search.isHopeful}`
    }
    expect(told(1000, 0)).toBe('later true')
    expect(told(1500, 1000)).toBe('trying true')
    search.ended(2000)
    expect(told(3000, 2000)).toBe('later true')
    expect(told(45_000, 3000)).toBe('trying true')
    search.ended(45_250)
    expect(told(46_000, 45_250)).toBe('later false')
  })

  test('is the facts where there is little hope', () => {
    const search = searchWithoutJitter()
    run(search, () => relayed(SLIM), { untilMs: 1500 })
    expect(search.isHopeful).toBe(true)
    search.ended(2000)
    expect([search.state, search.isHopeful]).toEqual(['later', false])
  })
})

describe('a history', () => {
  test('says what it ran over, and since when', () => {
    const history = new RouteHistory(1000)
    history.note('relayed', 1800)
    history.note('relayed', 2000)
    history.note('direct', 3100)
    expect(history.list()).toEqual([
      { kind: 'relayed', sinceMs: 800 },
      { kind: 'direct', sinceMs: 2100 },
    ])
  })

  test('keeps the first and the last nineteen', () => {
    const history = new RouteHistory(0)
    for (let i = 0; i < 101; i++) history.note(i % 2 === 0 ? 'relayed' : 'direct', i)
    expect(history.list()).toHaveLength(20)
    expect(history.list()[0]).toEqual({ kind: 'relayed', sinceMs: 0 })
    expect(history.list().at(-1)).toEqual({ kind: 'relayed', sinceMs: 100 })
  })
})

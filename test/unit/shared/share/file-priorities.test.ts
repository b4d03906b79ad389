import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  FILE_PRIORITIES,
  priorityAt,
  withPriority,
  type FilePriorities,
} from '#shared/share/file-priorities.ts'

const SEGMENT = fc.constantFrom('a', 'b', 'ab', '__proto__')
const PATH = fc.array(SEGMENT, { maxLength: 4 }).map((segments) => segments.join('/'))
const WISH = fc.tuple(PATH, fc.constantFrom(...FILE_PRIORITIES))

/** Every wish in turn, the later over the earlier: what a person means. */
function meant(wishes: readonly (readonly [string, string])[], path: string): string {
  const last = wishes.findLast(([at]) => at === '' || path === at || path.startsWith(`${at}/`))
  return last?.[1] ?? 'normal'
}

describe('priorities of files', () => {
  test('whatever was said in whatever order, the last word that covers a path holds', () => {
    fc.assert(
      fc.property(fc.array(WISH, { maxLength: 12 }), PATH, (wishes, path) => {
        let priorities: FilePriorities = new Map()
        for (const [at, priority] of wishes) priorities = withPriority(priorities, at, priority)
        expect(priorityAt(priorities, path)).toBe(meant(wishes, path))
      }),
    )
  })

  test('nothing is kept that says nothing', () => {
    fc.assert(
      fc.property(fc.array(WISH, { maxLength: 12 }), (wishes) => {
        let priorities: FilePriorities = new Map()
        for (const [at, priority] of wishes) priorities = withPriority(priorities, at, priority)
        expect([...withPriority(priorities, '', 'normal')]).toEqual([])
        for (const [at, priority] of priorities) {
          const others = new Map([...priorities].filter(([other]) => other !== at))
          expect(priorityAt(others, at)).not.toBe(priority)
        }
      }),
    )
  })

  test('a name that begins alike is another one', () => {
    const priorities = withPriority(new Map(), 'photos', 'high')
    expect(priorityAt(priorities, 'photos/a.jpg')).toBe('high')
    expect(priorityAt(priorities, 'photos-old/a.jpg')).toBe('normal')
  })
})

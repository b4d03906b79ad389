import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Screen } from '#cli/output/screen.ts'
import { FakeStream } from './fake-engine.ts'
import { TerminalEmulator } from './terminal-emulator.ts'

const line = fc.stringMatching(/^[a-z][a-z ]{0,45}[a-z]$/)
const lines = fc.array(line, { maxLength: 8 })

test('lasting lines stand above the last picture, whatever was drawn before', () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('draw' as const), lines }),
    fc.record({ kind: fc.constant('print' as const), lines: fc.array(line, { maxLength: 3 }) }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
      const stream = new FakeStream(true)
      stream.columns = 50
      const screen = new Screen(stream, () => undefined)
      let lasting: string[] = []
      let drawn: string[] = []
      for (const { kind, lines: given } of actions) {
        if (kind === 'draw') {
          screen.draw(given)
          drawn = given
        } else {
          screen.print(given)
          lasting = [...lasting, ...given]
        }
      }
      const terminal = new TerminalEmulator(50)
      terminal.write(stream.text)
      expect(terminal.lines).toEqual([...lasting, ...drawn])
      screen.clear()
      terminal.write(stream.text.slice(-1000))
    }),
  )
})

test('a long lasting line wraps, a long live one does not', () => {
  const stream = new FakeStream(true)
  stream.columns = 40
  const screen = new Screen(stream, () => undefined)
  screen.draw(['x'.repeat(60)])
  screen.print(['y'.repeat(60)])
  const terminal = new TerminalEmulator(40)
  terminal.write(stream.text)
  expect(terminal.lines.slice(0, 2)).toEqual(['y'.repeat(40), 'y'.repeat(20)])
  expect(terminal.lines[2]).toBe('x'.repeat(40))
})

test('afterwards the terminal is as before', () => {
  const stream = new FakeStream(true)
  const screen = new Screen(stream, () => undefined)
  screen.draw(['a', 'b'])
  screen.clear()
  screen.clear()
  const terminal = new TerminalEmulator(80)
  terminal.write(stream.text)
  expect([terminal.lines, terminal.isCursorVisible, terminal.isWrapping, stream.listenerCount]).toEqual([
    [],
    true,
    true,
    0,
  ])
})

test('an unchanged picture is not written again', () => {
  const stream = new FakeStream(true)
  const screen = new Screen(stream, () => undefined)
  screen.draw(['a'])
  const before = stream.text
  screen.draw(['a'])
  expect(stream.text).toBe(before)
})

test('a picture higher than the terminal is cut, so that it never scrolls', () => {
  const stream = new FakeStream(true)
  stream.rows = 5
  const screen = new Screen(stream, () => undefined)
  screen.draw(Array.from({ length: 20 }, (_, i) => `line ${i}`))
  expect(stream.text.match(/\n/g)).toHaveLength(4)
})

test('a new size asks for a new picture', () => {
  const stream = new FakeStream(true)
  let redraws = 0
  const screen = new Screen(stream, () => redraws++)
  screen.draw(['a'])
  stream.resize(50)
  expect(redraws).toBe(1)
})

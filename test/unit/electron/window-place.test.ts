import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DesktopStateFile } from '#electron/main/desktop-state.ts'
import { MIN_HEIGHT, MIN_WIDTH, placeWindow } from '#electron/main/window-bounds.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'

const main = { x: 0, y: 25, width: 1920, height: 1055 }
const right = { x: 1920, y: 0, width: 2560, height: 1440 }

describe('the window', () => {
  test('stands where it stood', () => {
    const saved = { x: 2000, y: 100, width: 900, height: 700 }
    expect(placeWindow(saved, [main, right])).toEqual(saved)
  })

  test('comes back to the middle of the main screen when its own is gone', () => {
    const { x, y, width, height } = placeWindow({ x: 2000, y: 100, width: 900, height: 700 }, [main])
    expect({ x, y, width, height }).toEqual({ x: undefined, y: undefined, width: 900, height: 700 })
  })

  test('is pulled back when it hangs over an edge, its title bar first', () => {
    expect(placeWindow({ x: -300, y: -200, width: 900, height: 700 }, [main])).toEqual({
      x: 0,
      y: 25,
      width: 900,
      height: 700,
    })
  })

  test('shrinks to a smaller screen, and no further than can be used', () => {
    expect(
      placeWindow({ x: 0, y: 0, width: 2500, height: 1400 }, [{ x: 0, y: 0, width: 1280, height: 720 }]),
    ).toEqual({
      x: 0,
      y: 0,
      width: 1280,
      height: 720,
    })
    expect(placeWindow({ x: 0, y: 0, width: 10, height: 10 }, [main])).toMatchObject({
      width: MIN_WIDTH,
      height: MIN_HEIGHT,
    })
  })

  test('can always be taken hold of, whatever was saved and whatever screens there are', () => {
    const position = fc.integer({ min: -20_000, max: 20_000 })
    const size = fc.integer({ min: 1, max: 10_000 })
    const bounds = fc.record({ x: position, y: position, width: size, height: size })
    const screen = fc.record({
      x: position,
      y: position,
      width: fc.integer({ min: MIN_WIDTH, max: 8000 }),
      height: fc.integer({ min: MIN_HEIGHT, max: 5000 }),
    })
    fc.assert(
      fc.property(bounds, fc.array(screen, { minLength: 1, maxLength: 4 }), (saved, screens) => {
        const { x, y, width, height } = placeWindow(saved, screens)
        // Without a place the system takes the middle of the main screen, so it need only fit there.
        const candidates = x === undefined ? screens.slice(0, 1) : screens
        const isInside = candidates.some((one) => {
          const [left, top] = [x ?? one.x, y ?? one.y]
          const isRight = left >= one.x && left + width <= one.x + one.width
          return isRight && top >= one.y && top + height <= one.y + one.height
        })
        expect(isInside).toBe(true)
      }),
    )
  })
})

describe('what the shell remembers', () => {
  test('is there again', async () => {
    using folder = await TempFolder.create()
    const bounds = { x: 1, y: 2, width: 500, height: 600 }
    new DesktopStateFile(folder.path).change({ bounds, lastFolder: '/data' })
    expect(new DesktopStateFile(folder.path).state).toEqual({
      bounds,
      lastFolder: '/data',
      isMaximized: false,
      knowsTray: false,
    })
  })

  test.each(['', '{', '[]', '{"bounds":{"x":"1"}}', '{"bounds":{"x":1e300,"y":0,"width":1,"height":1}}'])(
    'a damaged file (%s) is as none',
    async (text) => {
      using folder = await TempFolder.create()
      writeFileSync(folder.at('desktop.json'), text)
      expect(new DesktopStateFile(folder.path).state).toEqual({ isMaximized: false, knowsTray: false })
    },
  )

  test('a folder that is gone stops nothing', () => {
    const file = new DesktopStateFile('/nowhere/at/all')
    file.change({ knowsTray: true })
    expect(file.state.knowsTray).toBe(true)
  })
})

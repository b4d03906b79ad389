/** Where the window may stand again: on a screen that is there, in a size that fits it. Pure. */

export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Smallest size in which everything can be reached, pixels. */
export const MIN_WIDTH = 420
export const MIN_HEIGHT = 480
const DEFAULT_WIDTH = 1040
const DEFAULT_HEIGHT = 720
/** As much of the window must lie on a screen for a person to find it and take hold of its title. */
const MIN_VISIBLE_SHARE = 0.25

/**
 * @param saved from the last time; the screen it stood on may be gone or smaller
 * @param screens what each leaves free of task bars, the main one first
 * @returns without x and y: in the middle of the main screen
 */
export function placeWindow(
  saved: Bounds | undefined,
  screens: readonly Bounds[],
): Partial<Bounds> & Pick<Bounds, 'width' | 'height'> {
  const wanted = saved ?? { x: 0, y: 0, width: DEFAULT_WIDTH, height: DEFAULT_HEIGHT }
  const [main] = screens
  if (main === undefined) return sizeOn(undefined, wanted)
  const home = saved === undefined ? undefined : screenOf(saved, screens)
  if (home === undefined) return sizeOn(main, wanted)
  const { width, height } = sizeOn(home, wanted)
  return {
    x: clamp(wanted.x, home.x, home.x + home.width - width),
    y: clamp(wanted.y, home.y, home.y + home.height - height),
    width,
    height,
  }
}

function screenOf(window: Bounds, screens: readonly Bounds[]): Bounds | undefined {
  let best: Bounds | undefined
  let bestArea = window.width * window.height * MIN_VISIBLE_SHARE
  for (const screen of screens) {
    const area = overlap(window, screen)
    if (area >= bestArea) {
      best = screen
      bestArea = area
    }
  }
  return best
}

function overlap(a: Bounds, b: Bounds): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return width > 0 && height > 0 ? width * height : 0
}

function sizeOn(screen: Bounds | undefined, wanted: Bounds): Pick<Bounds, 'width' | 'height'> {
  return {
    width: Math.max(MIN_WIDTH, Math.min(wanted.width, screen?.width ?? wanted.width)),
    height: Math.max(MIN_HEIGHT, Math.min(wanted.height, screen?.height ?? wanted.height)),
  }
}

/** The upper end gives way: the title bar is at the upper left. */
function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}

/** Larger and smaller letters by the keys of every browser: without a menu nothing else would hear them. Pure. */

/** What is asked of Electron's `Input`. */
export interface KeyInput {
  readonly type: string
  readonly key: string
  readonly control: boolean
  readonly meta: boolean
  readonly alt: boolean
}

/** Of Chromium's zoom level, of which each full one is a fifth. */
const STEP = 0.5

/** @returns by how much, 0: back to normal; undefined: this key is for somebody else */
export function zoomBy(input: KeyInput, platform: NodeJS.Platform): number | undefined {
  // macOS has it in its menu.
  if (platform === 'darwin' || input.type !== 'keyDown' || !input.control || input.alt || input.meta)
    return undefined
  switch (input.key) {
    case '+':
    case '=':
      return STEP
    case '-':
      return -STEP
    case '0':
      return 0
    default:
      return undefined
  }
}

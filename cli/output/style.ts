/** Colours and weights, or none: a text is painted only after it has been measured and cut. Pure. */

export interface Style {
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  yellow(text: string): string
  red(text: string): string
}

const plain = (text: string): string => text

export const PLAIN_STYLE: Style = { bold: plain, dim: plain, green: plain, yellow: plain, red: plain }

/** The sixteen colours only, which follow the person's own palette. */
export const COLOUR_STYLE: Style = {
  bold: (text) => `\x1b[1m${text}\x1b[22m`,
  dim: (text) => `\x1b[2m${text}\x1b[22m`,
  green: (text) => `\x1b[32m${text}\x1b[39m`,
  yellow: (text) => `\x1b[33m${text}\x1b[39m`,
  red: (text) => `\x1b[31m${text}\x1b[39m`,
}

/** https://no-color.org: set and not empty means no colour. */
export function styleFor(isTTY: boolean, environment: Readonly<Record<string, string | undefined>>): Style {
  const noColor = environment['NO_COLOR'] ?? ''
  return isTTY && noColor === '' && environment['TERM'] !== 'dumb' ? COLOUR_STYLE : PLAIN_STYLE
}

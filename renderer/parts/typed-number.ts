/** Numbers as people type them, with a decimal point or comma. Pure. */

/** @returns NaN for nothing; undefined for what is no number */
export function parseNumber(typed: string): number | undefined {
  const text = typed.trim()
  if (text === '') return Number.NaN
  if (!/^\d*([.,]\d+)?$/.test(text)) return undefined
  const value = Number(text.replace(',', '.'))
  return Number.isFinite(value) ? value : undefined
}

/** So that `parseNumber` reads it back. Three decimals at most; nothing for NaN. */
export function printNumber(value: number): string {
  return Number.isNaN(value) ? '' : String(Math.round(value * 1000) / 1000)
}

/** Whether two views say the same: every update of the engine is a new object, and most of them change little. Pure. */

export function isSameData(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const before = Object.entries(left)
  const after = new Map<string, unknown>(Object.entries(right))
  return (
    before.length === after.size &&
    before.every(([key, value]) => after.has(key) && isSameData(value, after.get(key)))
  )
}

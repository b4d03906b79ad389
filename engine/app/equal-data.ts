/** Whether two plain values, as the contract has them, are the same. Pure; stops at the first difference. */

export function isEqualData(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, i) => isEqualData(item, right[i]))
    )
  }
  const others = new Map(Object.entries(right))
  const own = Object.entries(left)
  return (
    own.length === others.size &&
    own.every(([name, value]) => others.has(name) && isEqualData(value, others.get(name)))
  )
}

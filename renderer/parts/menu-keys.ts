/** Which item of a menu a key leads to. Pure. */

/**
 * Arrows go round, as menus do; a letter leads to the next item that begins with it.
 *
 * @param current -1: none yet. @returns undefined when the key is none of the menu's
 */
export function itemAfterKey(key: string, current: number, labels: readonly string[]): number | undefined {
  const count = labels.length
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowDown':
      return (current + 1) % count
    case 'ArrowUp':
      return current <= 0 ? count - 1 : current - 1
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return itemOfLetter(key, current, labels)
  }
}

/** Names of keys are longer than one letter; a space is the item's own. */
function itemOfLetter(key: string, current: number, labels: readonly string[]): number | undefined {
  if (key.length !== 1 || key.trim() === '') return undefined
  const letter = key.toLocaleLowerCase()
  const rounds = labels.map((_, step) => (current + 1 + step) % labels.length)
  return rounds.find((item) => labels[item]?.toLocaleLowerCase().startsWith(letter) === true)
}

/** @param outputs a build's files, written last @param sources files and folders, those that are missing do not count */
export function isFresh(outputs: readonly string[], sources: readonly string[]): boolean

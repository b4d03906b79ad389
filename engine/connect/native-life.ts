/** Keeps native connections alive while they work, and lets a closing program wait for them. */

/** Native objects that JavaScript no longer refers to are collected while they work: these are kept. */
const ALIVE = new Set<object>()

export function keepAlive(connection: object): void {
  ALIVE.add(connection)
}

export function letGo(connection: object): void {
  ALIVE.delete(connection)
}

/** Resolves when every connection of this process has let go of its native part, or at the limit. */
export async function allClosed(limitMs: number): Promise<void> {
  const untilMs = Date.now() + limitMs
  while (ALIVE.size > 0 && Date.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 10))
}

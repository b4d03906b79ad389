/**
 * Bench process: so many members of a topic that have everything, answer offers, and serve. Arguments: LINK, the owner's
 * data folder, the folder in which the shared names stand, COUNT. Each that carries nothing leaves once a minute or so,
 * and somebody else comes. Ends with its input.
 */

import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { HostilePeer } from '#test/integration/harness/hostile-peer.ts'
import { KnownShare } from '#test/integration/harness/known-share.ts'

/** How long a member stays on average, milliseconds. */
const STAY_MS = 60_000
/** Joined at a time. */
const BATCH = 20

const [link = '', ownerHome = '', base = '', count = ''] = process.argv.slice(2)
const share = new KnownShare(await KnownShare.look(link, ownerHome, base))
const members: HostilePeer[] = []
while (members.length < Number(count)) {
  const batch = Math.min(BATCH, Number(count) - members.length)
  // It has its name from the tests, where it is given bad manners; by itself it is polite.
  members.push(...(await Promise.all(Array.from({ length: batch }, () => HostilePeer.join(share)))))
}
let changes = 0
process.stdout.write(`${JSON.stringify({ isReady: true })}\n`)
const ending = new AbortController()
void once(process.stdin.resume(), 'end').then(() => ending.abort())
while (!ending.signal.aborted) {
  await pause(STAY_MS / members.length, undefined, { signal: ending.signal }).catch(() => undefined)
  const idle = members.findIndex(({ connections }) => connections.every((one) => one.isClosed))
  if (idle < 0) continue
  const [leaving] = members.splice(idle, 1)
  await leaving?.[Symbol.asyncDispose]()
  members.push(await HostilePeer.join(share))
  changes++
}
process.stdout.write(`${JSON.stringify({ changes })}\n`)
process.exit()

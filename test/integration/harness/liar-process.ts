/** What liar.ts starts. Arguments: LINK, the owner's data folder, the folder in which the shared names stand. */

import { MAX_FRAME_BYTES, writeBlockFrame } from '#shared/protocol/block-frame.ts'
import { BLOCK_BYTES } from '#shared/share/piece-layout.ts'
import { HostilePeer } from './hostile-peer.ts'
import { KnownShare } from './known-share.ts'
import type { RawConnection } from './raw-connection.ts'

const REPORT_MS = 100
/** One may come to nothing: somebody else was asked for the same block, and was faster. */
const MIN_LIES = 3

const [link = '', ownerHome = '', base = ''] = process.argv.slice(2)
const share = new KnownShare(await KnownShare.look(link, ownerHome, base))
/** How many false blocks were sent on each. */
const lies = new Map<RawConnection, number>()

/** The last block of a piece with one bit changed; the others true, so that bystanders have a part in the piece. */
function frame(piece: number, block: number, peer: HostilePeer): Uint8Array {
  const bytes = share.piece(piece).slice(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
  if (!isLast(piece, block)) return peer.trueFrame(piece, block)
  bytes[0] = (bytes[0] ?? 0) ^ 1
  const record = block === 0 ? share.record(piece) : undefined
  return writeBlockFrame(new Uint8Array(MAX_FRAME_BYTES), { piece, block, record, bytes })
}

function isLast(piece: number, block: number): boolean {
  return (block + 1) * BLOCK_BYTES >= share.layout.bytesOf(piece)
}

await HostilePeer.join(share, {
  frame,
  hear(message, connection) {
    if (message.type !== 'request') return false
    const count = message.ranges.filter(([piece, first, length]) => isLast(piece, first + length - 1)).length
    lies.set(connection, (lies.get(connection) ?? 0) + count)
    return false
  },
})
setInterval(() => {
  const liedTo = [...lies].filter(([, count]) => count >= MIN_LIES)
  const stillThere = liedTo.filter(([connection]) => !connection.isClosed).length
  process.stdout.write(`${JSON.stringify({ liedTo: liedTo.length, stillThere })}\n`)
}, REPORT_MS)
// Whoever started it is gone: so is it.
process.stdin.on('close', () => process.exit()).resume()

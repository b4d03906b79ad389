/** The torrent that the bench gives aria2: what a client reads in it is what the file holds. */

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTorrent } from '#test/bench/peers/torrent.ts'

const PIECE_BYTES = 512 * 1024

test('has sorted keys, the size, and the hash of every piece, the last one shorter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'torrent-test-'))
  try {
    const file = join(folder, 'film.bin')
    const bytes = Buffer.alloc(PIECE_BYTES + 1000, 7)
    writeFileSync(file, bytes)
    const torrent = makeTorrent(file, 'http://10.77.0.1:80/announce')
    const hashes = [bytes.subarray(0, PIECE_BYTES), bytes.subarray(PIECE_BYTES)].map((piece) =>
      createHash('sha1').update(piece).digest(),
    )
    const before = `d8:announce28:http://10.77.0.1:80/announce4:infod6:lengthi${bytes.length}e4:name8:film.bin12:piece lengthi524288e6:pieces40:`
    expect(torrent).toEqual(Buffer.concat([Buffer.from(before), ...hashes, Buffer.from('7:privatei1eee')]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

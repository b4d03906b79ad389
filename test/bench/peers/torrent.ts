/** A torrent of one file, and the tracker that its clients meet at: the little that aria2 needs. Pure, but for the server. */

import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'

const PIECE_BYTES = 512 * 1024

type Value = number | string | Uint8Array | readonly Value[] | { readonly [key: string]: Value }

/** BEP 3. Keys of a dictionary must be sorted, which the caller's are not. */
function bencode(value: Value): Buffer {
  if (typeof value === 'number') return Buffer.from(`i${value}e`)
  if (typeof value === 'string') return bencode(Buffer.from(value))
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from(`${value.length}:`), value])
  if (Array.isArray(value)) return Buffer.concat([Buffer.from('l'), ...value.map(bencode), Buffer.from('e')])
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Buffer.concat([
    Buffer.from('d'),
    ...entries.flatMap(([key, one]) => [bencode(key), bencode(one)]),
    Buffer.from('e'),
  ])
}

export function makeTorrent(file: string, announce: string): Buffer {
  const open = openSync(file, 'r')
  try {
    const { size } = fstatSync(open)
    const piece = Buffer.alloc(PIECE_BYTES)
    const hashes: Buffer[] = []
    for (let offset = 0; offset < size; offset += PIECE_BYTES) {
      const length = readSync(open, piece, 0, PIECE_BYTES, offset)
      hashes.push(createHash('sha1').update(piece.subarray(0, length)).digest())
    }
    const info = {
      length: size,
      name: basename(file),
      'piece length': PIECE_BYTES,
      private: 1,
      pieces: Buffer.concat(hashes),
    }
    return bencode({ announce, info })
  } finally {
    closeSync(open)
  }
}

/** BEP 23: everybody is told of everybody. */
function serve(address: string): void {
  const peers = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    const port = Number(new URL(request.url ?? '/', 'http://tracker').searchParams.get('port'))
    const host = (request.socket.remoteAddress ?? '').replace('::ffff:', '')
    const bytes = Buffer.from([...host.split('.').map(Number), port >> 8, port & 255])
    peers.set(`${host}:${port}`, bytes)
    response.end(
      bencode({
        interval: 1,
        'min interval': 1,
        complete: 1,
        incomplete: 1,
        peers: Buffer.concat([...peers.values()]),
      }),
    )
  })
  server.listen(0, address, () => {
    const bound = server.address()
    process.stdout.write(`${JSON.stringify({ port: typeof bound === 'object' ? bound?.port : 0 })}\n`)
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) serve(process.argv[2] ?? '127.0.0.1')

/** STUN and channel data come out of a stream as they went in, however it was cut. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeStun } from '#engine/connect/turn/stun-message.ts'
import { FrameReader, kindOfDatagram, toStream } from '#engine/connect/turn/stream-frames.ts'
import { concatBytes, utf8 } from '#shared/encoding/bytes.ts'

const stun = fc
  .tuple(fc.uint8Array({ minLength: 12, maxLength: 12 }), fc.uint8Array({ maxLength: 100 }))
  .map(([transactionId, value]) =>
    encodeStun({ method: 7, class: 'indication', transactionId, attributes: [{ type: 0x13, value }] }),
  )
const channel = fc
  .tuple(fc.integer({ min: 0x4000, max: 0x4fff }), fc.uint8Array({ maxLength: 1500 }))
  .map(([number, data]) => {
    const header = new DataView(new ArrayBuffer(4))
    header.setUint16(0, number)
    header.setUint16(2, data.length)
    return concatBytes(new Uint8Array(header.buffer), data)
  })

test('frames come out as they went in, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(stun, channel), { maxLength: 8 }), fc.array(fc.nat()), (frames, cuts) => {
      const stream = concatBytes(...frames.map(toStream))
      const places = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])]
      places.sort((left, right) => left - right)
      const reader = new FrameReader(['stun', 'channel'])
      const read: Uint8Array[] = []
      for (const [index, place] of places.entries()) {
        read.push(...(reader.read(stream.slice(place, places[index + 1])) ?? [new Uint8Array()]))
      }
      expect(read.map((frame) => Buffer.from(frame).toString('hex'))).toEqual(
        frames.map((frame) => Buffer.from(frame).toString('hex')),
      )
    }),
  )
})

test('what is no frame is noticed as soon as it can be, and never throws', () => {
  expect(new FrameReader(['stun', 'channel']).read(utf8('\u0016\u0003\u0001\u0002\u0000'))).toEqual([])
  expect(new FrameReader(['stun', 'channel']).read(utf8('SSH-2.0'))).toBeUndefined()
  expect(new FrameReader(['stun']).read(utf8('HTTP/1.1 400 Bad Request'))).toBeUndefined()
  expect(new FrameReader(['stun']).read(Uint8Array.of(0, 1, 0, 0, 1, 2, 3, 4))).toBeUndefined()
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
      const reader = new FrameReader(['stun', 'channel'])
      for (const chunk of chunks) if (reader.read(chunk) === undefined) break
    }),
  )
})

test('a datagram is exactly one frame', () => {
  fc.assert(
    fc.property(stun, channel, (message, data) => {
      expect(kindOfDatagram(message)).toBe('stun')
      expect(kindOfDatagram(data)).toBe('channel')
      expect(kindOfDatagram(toStream(data))).toBe('channel')
      expect(kindOfDatagram(message.slice(0, -1))).toBeUndefined()
      expect(kindOfDatagram(concatBytes(message, new Uint8Array(4)))).toBeUndefined()
      expect(kindOfDatagram(concatBytes(data, new Uint8Array(4)))).toBeUndefined()
      expect(kindOfDatagram(data.slice(0, -1))).toBeUndefined()
    }),
  )
  expect(kindOfDatagram(new Uint8Array())).toBeUndefined()
  expect(kindOfDatagram(utf8('not a packet of any kind'))).toBeUndefined()
})

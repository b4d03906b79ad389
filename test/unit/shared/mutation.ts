/** Valid input, damaged a little: what a fuzzer needs to get past the first check. */

import fc from 'fast-check'

/** One change, in numbers that fit any length. */
interface Change {
  readonly kind: number
  readonly from: number
  readonly to: number
  readonly value: number
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.nat(5),
  from: fc.nat(0xffff),
  to: fc.nat(0xffff),
  value: fc.nat(255),
})
const changes = fc.array(change, { minLength: 1, maxLength: 4 })

function apply(bytes: Uint8Array, { kind, from, to, value }: Change): Uint8Array {
  const at = bytes.length === 0 ? 0 : from % bytes.length
  const other = bytes.length === 0 ? 0 : to % bytes.length
  switch (kind) {
    case 0: // another byte
      return Uint8Array.of(...bytes.subarray(0, at), value, ...bytes.subarray(at + 1))
    case 1: // one more
      return Uint8Array.of(...bytes.subarray(0, at), value, ...bytes.subarray(at))
    case 2: // one less
      return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1))
    case 3: // cut
      return bytes.slice(0, at)
    case 4: // a stretch twice
      return Uint8Array.of(...bytes.subarray(0, Math.max(at, other)), ...bytes.subarray(Math.min(at, other)))
    default: {
      // one bit
      const flipped = bytes.slice()
      if (bytes.length > 0) flipped[at] = (flipped[at] ?? 0) ^ (1 << (value & 7))
      return flipped
    }
  }
}

/** Damaged versions of the samples, some undamaged, and random bytes among them. */
export function damagedBytes(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...samples), changes)
        .map(([bytes, list]) => list.reduce(apply, bytes)),
    },
    { weight: 3, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom(...samples) },
  )
}

/** The same with texts of one-byte letters, and texts in any script. */
export function damagedTexts(samples: readonly string[]): fc.Arbitrary<string> {
  const bytes = damagedBytes(samples.map((sample) => new Uint8Array(Buffer.from(sample, 'latin1'))))
  return fc.oneof(
    { weight: 6, arbitrary: bytes.map((damaged) => Buffer.from(damaged).toString('latin1')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    // Half surrogate pairs, too.
    {
      weight: 1,
      arbitrary: fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
    },
  )
}

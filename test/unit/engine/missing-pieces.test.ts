/** What a download can say of what nobody connected has. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MissingPieces } from '#engine/missing-pieces.ts'
import { DownloadProgress } from '#engine/store/download-progress.ts'
import type { Manifest } from '#shared/share/manifest.ts'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import { Demand } from '#shared/swarm/demand.ts'
import { PeerSession } from '#shared/swarm/peer-session.ts'
import { peerNumber } from '../swarm/virtual-swarm.ts'

const PIECE = 256 * 1024

function manifestOf(sizes: readonly number[]): Manifest {
  return {
    entries: sizes.map((sizeBytes, i) => ({
      kind: 'file',
      path: `file ${i}`,
      sizeBytes,
      isExecutable: false,
    })),
  } as unknown as Manifest
}

test('it is exactly what is wanted, not here, and with nobody, whoever comes and goes', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 3 * PIECE }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      fc.array(fc.array(fc.nat(30), { maxLength: 20 }), { maxLength: 4 }),
      fc.array(fc.nat(30), { maxLength: 10 }),
      fc.array(fc.nat(3), { maxLength: 2 }),
      (fileSizes, choice, peers, arrived, leaving) => {
        const layout = new PieceLayout(fileSizes, PIECE)
        const wanted = Uint8Array.from(fileSizes, (_, i) => (choice[i] === true ? 1 : 0))
        const progress = new DownloadProgress(layout, wanted)
        const demand = new Demand(progress.wanted, progress.have)
        const sessions = peers.map((pieces, i) => {
          const session = new PeerSession(peerNumber(i + 1))
          session.remote = new Bitfield(layout.pieceCount)
          const fresh = pieces.filter((piece) => session.remote?.add(piece) === true)
          demand.peerHas(session, fresh)
          return session
        })
        for (const piece of arrived) {
          if (!demand.isMissing(piece)) continue
          progress.add(piece, layout.segmentsOf(piece))
          progress.arrived(piece)
          demand.arrived(piece)
        }
        const gone = new Set(leaving.flatMap((i) => sessions[i] ?? []))
        for (const session of gone) demand.peerGone(session)
        const here = sessions.filter((session) => !gone.has(session))

        const lost = Array.from({ length: layout.pieceCount }, (_, piece) => piece).filter(
          (piece) =>
            progress.wanted.has(piece) &&
            !progress.have.has(piece) &&
            here.every((session) => session.remote?.has(piece) !== true),
        )
        expect(demand.unavailableCount).toBe(lost.length)
        const missing = new MissingPieces(progress, manifestOf(fileSizes))
        expect(missing.view(demand, 0)).toBe(null)
        const view = missing.view(demand, 10_000)
        const segments = lost.flatMap((piece) => progress.missingSegments(piece))
        const files = [...new Set(segments.map(({ file }) => file))].toSorted((a, b) => a - b)
        const whole = {
          pieceCount: lost.length,
          bytes: segments.reduce((sum, { length }) => sum + length, 0),
          fileCount: files.length,
          files: files.slice(0, 5).map((file) => `file ${file}`),
        }
        expect(view).toEqual(lost.length === 0 ? null : whole)
      },
    ),
  )
})

test('what is missing for a moment only is not said, and it is said anew when it is missing again', () => {
  const layout = new PieceLayout([2 * PIECE], PIECE)
  const progress = new DownloadProgress(layout, Uint8Array.of(1))
  const demand = new Demand(progress.wanted, progress.have)
  const missing = new MissingPieces(progress, manifestOf([2 * PIECE]))
  expect(missing.view(demand, 0)).toBe(null)
  expect(missing.view(demand, 4000)).toBe(null)
  expect(missing.view(demand, 5000)).toMatchObject({ pieceCount: 2 })
  const session = new PeerSession(peerNumber(1))
  session.remote = Bitfield.full(2)
  demand.peerHas(session, [0, 1])
  expect(missing.view(demand, 5100)).toBe(null)
  demand.peerGone(session)
  expect(missing.view(demand, 6000)).toBe(null)
  expect(missing.view(demand, 11_000)).toMatchObject({ pieceCount: 2, bytes: 2 * PIECE, files: ['file 0'] })
})

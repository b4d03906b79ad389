/** Views of transfers and peers, with what a test is about. */

import * as v from 'valibot'
import { PeerView, TransferView } from '#shared/api/views.ts'

type ViewInput = v.InferInput<typeof TransferView>
type PeerInput = v.InferInput<typeof PeerView>

export function transferView(change: Partial<ViewInput> = {}): TransferView {
  return v.parse(TransferView, {
    id: 1,
    link: 'https://coordinator.example/get#x',
    linkReach: 'anywhere',
    addedAtMs: 0,
    finishedAtMs: null,
    missing: null,
    topic: '0'.repeat(64),
    role: 'get',
    state: 'receiving',
    title: 'Holiday',
    sender: '',
    error: null,
    totalBytes: 1000,
    doneBytes: 0,
    fileCount: 1,
    doneFiles: 0,
    pieceCount: 1,
    donePieces: 0,
    resumedBytes: 0,
    receivedBytes: 0,
    sentBytes: 0,
    fetchedCount: 0,
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    etaMs: null,
    isPartial: false,
    coordinator: 'online',
    destination: '/data',
    peers: [],
    notices: [],
    ...change,
  } satisfies ViewInput)
}

export function peerView(change: Partial<PeerInput> = {}): PeerView {
  return v.parse(PeerView, {
    peer: 'a'.repeat(32),
    name: 'Anna',
    state: 'connected',
    route: null,
    lanes: [],
    history: [],
    betterRoute: 'none',
    tls: 'none',
    roundTripMs: null,
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    receivedBytes: 0,
    sentBytes: 1000,
    completeness: 0,
    failure: null,
    ...change,
  } satisfies PeerInput)
}

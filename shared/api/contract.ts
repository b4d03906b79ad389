/**
 * The contract between a UI and the engine: every call and stream, once. Both ends are derived from it, so a new call
 * is one entry here and the compiler lists what is missing. A call answers once; a stream tells until it is over or
 * cancelled. Both can be cancelled, and both fail with an `AppError` whose code survives the way. Pure.
 */

import * as v from 'valibot'
import { FILE_PRIORITIES } from '../share/file-priorities.ts'
import { AppEvent, Paths, SeedLimit, TransferId, TransferPriority } from './views.ts'
import { DetailsEvent, FolderView, OfferEvent, OfferId, Selection } from './transfer-views.ts'
import { DoctorView } from './doctor-views.ts'
import { HostFolder, Space } from './host-views.ts'
import { IceServerDraft, IceServerId, ServerTestView, SettingsChange } from './settings-views.ts'

const Nothing = v.object({})
const ById = v.object({ id: TransferId })

export const calls = {
  /** The link is ready at once, whatever the size. */
  'share.create': {
    input: v.object({ paths: Paths }),
    output: v.object({ id: TransferId, link: v.string() }),
  },

  /** What one folder of an offer holds; '' is the top. Answers when the list of files has come. */
  'offer.folder': { input: v.object({ offer: OfferId, path: v.string() }), output: FolderView },
  /** The person agreed. From here on it is a transfer. */
  'offer.accept': {
    input: v.object({ offer: OfferId, destination: v.string(), selection: Selection }),
    output: v.object({ id: TransferId }),
  },

  /** What has arrived is kept; a share is not offered any more, its link stays good for later. */
  'transfer.pause': { input: ById, output: Nothing },
  /** Goes on receiving or sharing, under the same link. */
  'transfer.resume': { input: ById, output: Nothing },
  /** Takes it off the list. Finished files stay; `deletePartial` also removes unfinished `.part` files. */
  'transfer.remove': { input: v.object({ id: TransferId, deletePartial: v.boolean() }), output: Nothing },
  /** What one folder of a transfer holds, with what is done of it; '' is the top. */
  'transfer.folder': { input: v.object({ id: TransferId, path: v.string() }), output: FolderView },
  'transfer.select': { input: v.object({ id: TransferId, selection: Selection }), output: Nothing },
  /** Of a file, or of a folder and everything in it. */
  'transfer.preferFile': {
    input: v.object({ id: TransferId, path: v.string(), priority: v.picklist(FILE_PRIORITIES) }),
    output: Nothing,
  },
  'transfer.inOrder': { input: v.object({ id: TransferId, isInOrder: v.boolean() }), output: Nothing },
  /** Weighs limits that several transfers share, and the queue. */
  'transfer.prioritize': { input: v.object({ id: TransferId, priority: TransferPriority }), output: Nothing },
  /** Also while as many others run as the person wants at a time. */
  'transfer.startNow': { input: ById, output: Nothing },
  /** Until when it is passed on. Null: as the settings say. */
  'transfer.seedUntil': {
    input: v.object({ id: TransferId, limit: v.nullable(SeedLimit) }),
    output: Nothing,
  },
  /** Shows the files in the system's file manager. Where `capabilities.reveal` is set. */
  'transfer.reveal': { input: ById, output: Nothing },

  'settings.change': { input: SettingsChange, output: Nothing },
  'server.add': { input: IceServerDraft, output: v.object({ id: IceServerId }) },
  /** A password that is left out stays as it is. */
  'server.change': {
    input: v.object({ id: IceServerId, draft: IceServerDraft, isEnabled: v.boolean() }),
    output: Nothing,
  },
  'server.remove': { input: v.object({ id: IceServerId }), output: Nothing },
  /** Earlier ones are preferred. */
  'server.move': {
    input: v.object({ id: IceServerId, position: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
    output: Nothing,
  },
  'coordinator.test': {
    input: v.object({ url: v.string() }),
    output: v.object({ roundTripMs: v.number() }),
  },

  /** The system's own dialog. Where `capabilities.dialogs` is set; empty when the person changed their mind. */
  'host.choose': {
    input: v.object({
      what: v.picklist(['files', 'folders', 'destination']),
      startAt: v.nullable(v.string()),
    }),
    output: v.object({ paths: v.array(v.string()) }),
  },
  /** For a page that cannot see the engine's disk. Null: where people usually start. */
  'host.folder': { input: v.object({ path: v.nullable(v.string()) }), output: HostFolder },
  'host.space': { input: v.object({ path: v.string() }), output: Space },

  'update.check': { input: Nothing, output: Nothing },
  'update.download': { input: Nothing, output: Nothing },
  /** Ends the program, installs and starts again. */
  'update.install': { input: Nothing, output: Nothing },
} as const

export const streams = {
  /** A snapshot first, then what has changed, four times a second at most. */
  'app.watch': { input: Nothing, item: AppEvent },
  /**
   * Looks at what a link offers; writes nothing. While it is open the offer can be accepted; cancelling it without
   * that is to decline.
   */
  'offer.open': { input: v.object({ link: v.string() }), item: OfferEvent },
  /** What a list does not need: rates over time, pieces, who has how much. */
  'transfer.details': { input: ById, item: DetailsEvent },
  /** Allocates at a TURN server, or asks a STUN server, and reports each step. A saved server goes by its id. */
  'server.test': {
    input: v.union([
      v.object({ id: IceServerId }),
      // `savedAs`: the saved server whose password is meant when the draft has none.
      v.object({ draft: IceServerDraft, savedAs: v.optional(IceServerId) }),
    ]),
    item: ServerTestView,
  },
  /** Looks at this device's network with the settings in force; over when the verdict is there. */
  'doctor.run': { input: Nothing, item: DoctorView },
} as const

type Calls = typeof calls
type Streams = typeof streams
export type CallName = keyof Calls
export type StreamName = keyof Streams
export type CallInput<K extends CallName> = v.InferInput<Calls[K]['input']>
export type CallOutput<K extends CallName> = v.InferOutput<Calls[K]['output']>
export type StreamInput<K extends StreamName> = v.InferInput<Streams[K]['input']>
export type StreamItem<K extends StreamName> = v.InferOutput<Streams[K]['item']>

/** What the engine's side implements. Inputs are parsed already. */
export interface Implementation {
  readonly calls: {
    readonly [K in CallName]: (
      input: v.InferOutput<Calls[K]['input']>,
      signal: AbortSignal,
    ) => Promise<CallOutput<K>>
  }
  /** A stream is over when its promise is. */
  readonly streams: {
    readonly [K in StreamName]: (
      input: v.InferOutput<Streams[K]['input']>,
      signal: AbortSignal,
      emit: (item: StreamItem<K>) => void,
    ) => Promise<void>
  }
}

/** What a UI holds of the engine: the same over every carrier. Rejects with AppError. */
export interface Remote {
  call<K extends CallName>(name: K, input: CallInput<K>, signal?: AbortSignal): Promise<CallOutput<K>>
  /** Resolves when the stream is over; rejects with `transfer.stopped` when the signal is aborted. */
  stream<K extends StreamName>(
    name: K,
    input: StreamInput<K>,
    onItem: (item: StreamItem<K>) => void,
    signal: AbortSignal,
  ): Promise<void>
  /** Resolves when the engine's side has gone away. */
  readonly closed: Promise<void>
  close(): void
}

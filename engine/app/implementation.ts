/** The contract between a UI and the engine, implemented: each entry passes on to the part that knows. */

import path from 'node:path'
import type { Implementation } from '#shared/api/contract.ts'
import type { FolderView } from '#shared/api/transfer-views.ts'
import type { AppEvent, AppView, TransferId } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { pause } from '../coordinator-client/pause.ts'
import { testServer } from '../connect/turn/server-test.ts'
import { runDoctor } from '../doctor/doctor.ts'
import type { Engine } from '../engine.ts'
import type { Shell } from './app.ts'
import { testCoordinator } from './coordinator-test.ts'
import { parseCoordinatorUrl } from './coordinator-url.ts'
import { watchDetails } from './details.ts'
import type { PlaceSource } from './host-places.ts'
import { readHostFolder, readSpace } from './host.ts'
import type { OfferDesk } from './offers.ts'
import type { OwnCoordinators } from './own-coordinators.ts'
import type { SettingsStore } from './settings-store.ts'
import { shownPath } from './shown-path.ts'
import type { TransferRegistry } from './transfer-registry.ts'

export interface ImplementationParts {
  readonly engine: Pick<
    Engine,
    | 'send'
    | 'select'
    | 'setPriority'
    | 'setSeedLimit'
    | 'setFilePriority'
    | 'setInOrder'
    | 'folder'
    | 'savedShares'
  >
  readonly shell: Shell
  readonly settings: SettingsStore
  readonly registry: TransferRegistry
  readonly offers: OfferDesk
  readonly coordinators: OwnCoordinators
  readonly places: PlaceSource
  snapshot(): AppView
  /** What `app.watch` tells after the snapshot. Resolves at the end of the program or when the signal is aborted. */
  watch(listener: (event: AppEvent) => void, signal: AbortSignal): Promise<void>
}

/** Between two looks at whether the list of files of a running transfer has come. Milliseconds. */
const LOOK_AGAIN_MS = 200

export function createImplementation(parts: ImplementationParts): Implementation {
  const { shell, settings, registry, offers } = parts
  return {
    calls: {
      'share.create': ({ paths }) => createShare(parts, paths),

      'offer.folder': ({ offer, path: folder }, signal) => offers.folder(offer, folder, signal),
      'offer.accept': async (acceptance, signal) => ({ id: await offers.accept(acceptance, signal) }),

      'transfer.pause': ({ id }) => done(() => registry.entry(id).pause()),
      'transfer.resume': ({ id }) => done(() => registry.entry(id).resume()),
      'transfer.remove': ({ id, deletePartial }) => done(() => registry.entry(id).remove(deletePartial)),
      'transfer.folder': async ({ id, path: folder }, signal) => readFolder(parts, id, folder, signal),
      'transfer.select': ({ id, selection }) =>
        done(() => {
          const entry = registry.entry(id)
          // What is offered is offered whole: not even stopped for it.
          if (entry.view().role === 'send') throw new AppError('api.unavailable')
          return entry.whileResting(() => {
            parts.engine.select(id, selection)
            // Other totals, and perhaps finished now.
            registry.renew(id)
          })
        }),
      'transfer.preferFile': ({ id, path: file, priority }) =>
        done(() => {
          parts.engine.setFilePriority(id, file, priority)
          registry.renew(id)
        }),
      'transfer.inOrder': ({ id, isInOrder }) =>
        done(() => {
          parts.engine.setInOrder(id, isInOrder)
          registry.renew(id)
        }),
      'transfer.prioritize': ({ id, priority }) =>
        done(() => {
          parts.engine.setPriority(id, priority)
          registry.renew(id)
        }),
      'transfer.startNow': ({ id }) => done(() => registry.entry(id).resume(true)),
      'transfer.seedUntil': ({ id, limit }) =>
        done(() => {
          parts.engine.setSeedLimit(id, limit)
          registry.renew(id)
        }),
      'transfer.reveal': ({ id }) => done(() => reveal(parts, id)),

      'settings.change': (change) =>
        done(() =>
          settings.change(change, async (next) => {
            if (next.general.startAtLogin === settings.view().general.startAtLogin) return
            await available(shell.setStartAtLogin?.bind(shell))(next.general.startAtLogin)
          }),
        ),
      'server.add': async (draft) => ({ id: await settings.addServer(draft) }),
      'server.change': ({ id, draft, isEnabled }) => done(() => settings.changeServer(id, draft, isEnabled)),
      'server.remove': ({ id }) => done(() => settings.removeServer(id)),
      'server.move': ({ id, position }) => done(() => settings.moveServer(id, position)),
      'coordinator.test': async ({ url }, signal) =>
        testCoordinator(readCoordinator(url), signal, settings.network().proxy),

      'host.choose': async ({ what, startAt }) => ({
        paths: [...(await available(shell.choose?.bind(shell))(what, startAt))],
      }),
      'host.folder': ({ path: folder }, signal) => readHostFolder(folder, parts.places, signal),
      'host.space': ({ path: folder }) => readSpace(folder),

      'update.check': () => done(() => available(shell.updates).check()),
      'update.download': () => done(() => available(shell.updates).download()),
      'update.install': () => done(() => available(shell.updates).install()),
    },
    streams: {
      'app.watch': async (_input, signal, emit) => {
        if (signal.aborted) return
        emit({ kind: 'snapshot', app: parts.snapshot() })
        await parts.watch(emit, signal)
      },
      'offer.open': ({ link }, signal, emit) => offers.open(link, signal, emit),
      'transfer.details': ({ id }, signal, emit) => watchDetails(registry, id, signal, emit),
      'server.test': async (wanted, signal, emit) => {
        const server =
          'draft' in wanted
            ? settings.draftAccess(wanted.draft, wanted.savedAs)
            : settings.serverAccess(wanted.id)
        await testServer(server, emit, signal, { proxy: settings.network().proxy })
      },
      'doctor.run': (_input, signal, emit) =>
        runDoctor({ coordinator: settings.coordinator(), network: settings.network() }, emit, signal),
    },
  }
}

/** What is thrown at once rejects as well. */
async function done(work: () => void | Promise<void>): Promise<Record<never, never>> {
  await work()
  return {}
}

/** Throws AppError `api.unavailable` where the shell has no such thing. */
function available<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new AppError('api.unavailable')
  return part
}

async function createShare(
  { engine, settings, registry, coordinators }: ImplementationParts,
  paths: readonly string[],
): Promise<{ id: TransferId; link: string }> {
  const relative = paths.find((file) => !path.isAbsolute(file) || file.includes('\0'))
  if (relative !== undefined) throw new AppError('source.not-found', { detail: 'the path is not absolute' })
  const coordinator = settings.coordinator()
  const transfer = await engine.send({
    paths,
    coordinators: coordinator === undefined ? await coordinators.forNewShare() : [coordinator],
  })
  return { id: registry.adopt(transfer), link: transfer.link }
}

/** Of one that runs when its list of files has come; of another one from what is remembered. */
async function readFolder(
  { engine, registry }: ImplementationParts,
  id: TransferId,
  folder: string,
  signal: AbortSignal,
): Promise<FolderView> {
  const entry = registry.entry(id)
  for (;;) {
    const { live } = entry
    if (live === undefined) return engine.folder(id, folder)
    const view = live.folder(folder)
    if (view !== undefined) return view
    await pause(LOOK_AGAIN_MS, signal)
    if (signal.aborted) throw new AppError('transfer.stopped')
  }
}

async function reveal({ engine, registry, shell }: ImplementationParts, id: TransferId): Promise<void> {
  const show = available(shell.reveal?.bind(shell))
  const view = registry.entry(id).view()
  const sources =
    view.role === 'send'
      ? (engine.savedShares().find((share) => view.topic.startsWith(share.shortId))?.paths ?? [])
      : []
  await show(await shownPath(view, () => engine.folder(id, ''), sources))
}

/** Throws AppError `settings.bad-value`, as a change of the settings does. */
function readCoordinator(url: string): ReturnType<typeof parseCoordinatorUrl> {
  try {
    return parseCoordinatorUrl(url)
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    throw new AppError('settings.bad-value', { detail: `network.coordinator: ${thrown.detail ?? ''}` })
  }
}

/** What the library says of passing a transfer on. */

import * as v from 'valibot'
import { SeedLimit, type SeedView } from '#shared/api/views.ts'
import { toAppError, type AppError } from '#shared/errors.ts'
import { ratioOf, seedViewAtRest } from '#shared/swarm/seed-account.ts'
import type { Download } from './download.ts'
import type { EngineParts } from './engine-settings.ts'
import type { TransferRow } from './library/rows.ts'
import { Seeding } from './seeding.ts'

const SavedLimit = v.pipe(v.string(), v.parseJson(), SeedLimit)

/** Null: as the settings say. What the library has of it may be damaged: then that, too. */
function seedLimitOf(row: TransferRow): SeedLimit | null {
  const saved = v.safeParse(SavedLimit, row.seed_limit)
  return saved.success ? saved.output : null
}

/** @param row undefined: it is new */
export function seedOfRow(
  row: TransferRow | undefined,
  usual: SeedLimit,
  totalBytes: number,
  isReached = false,
): SeedView {
  const own = row === undefined ? null : seedLimitOf(row)
  return seedViewAtRest(own, usual, ratioOf(row?.seeded_bytes ?? 0, totalBytes), isReached)
}

/** @param said before there was anything to pass on; undefined: nothing was */
export function seedingOf(
  { library, settings, log }: EngineParts,
  { id, row, wanted }: Pick<Download, 'id' | 'row' | 'wanted'>,
  said: SeedLimit | null | undefined,
  events: {
    /** In this run. */
    sentBytes(): number
    reached(): void
    failed(error: AppError): void
  },
): Seeding {
  return new Seeding({
    before: { sentBytes: row.seeded_bytes, timeMs: row.seeded_ms },
    own: said === undefined ? seedLimitOf(row) : said,
    usual: () => settings.seedLimit,
    totalBytes: wanted.totalBytes,
    sentBytes: () => events.sentBytes(),
    reached: () => {
      log('seeding.limit-reached', {})
      events.reached()
    },
    note: ({ sentBytes, timeMs }) => {
      try {
        library.setSeeded(id, sentBytes, timeMs)
      } catch (thrown) {
        events.failed(toAppError(thrown))
      }
    },
  })
}

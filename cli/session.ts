/** What `send` and `get` have in common: an engine opened and closed, and a transfer watched until something ends it. */

import type { Engine, NetworkOptions, Transfer } from '#engine/engine.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { Arguments } from './arguments.ts'
import type { Context, Log } from './command.ts'
import { readDataDir, readDeviceName } from './common-options.ts'
import { readLimits } from './limit-options.ts'
import type { Output } from './output/output.ts'
import type { TransferHistory } from './transfer-history.ts'
import { waitAtMost, whenAborted } from '#engine/app/waiting.ts'

/** Redrawn so often: movement looks alive, and the numbers can still be read. */
const SHOW_INTERVAL_MS = 250
/** Until the first bytes have come or gone: that it begins is to be seen when it does. */
const FIRST_INTERVAL_MS = 50
/** The process ends then in any case; what has arrived is on disk. */
const CLOSE_LIMIT_MS = 5000

/** Opens the engine, and closes it whatever happens. Throws AppError. */
export async function withEngine<Result>(
  settings: {
    readonly args: Arguments
    readonly context: Context
    readonly output: Output
    readonly network: NetworkOptions
    /** What is needed first. */
    readonly coordinator?: readonly CoordinatorAddress[]
  },
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const { args, context, output, network, coordinator } = settings
  const log = logFor(args, output)
  const limit = readLimits(args)
  const engine = await context.services.openEngine(
    {
      dataDir: readDataDir(context),
      deviceName: readDeviceName(args, context),
      network,
      ...(log === undefined ? {} : { log }),
    },
    coordinator,
  )
  try {
    limit(engine)
    return await use(engine)
  } finally {
    output.rest()
    await waitAtMost(CLOSE_LIMIT_MS, engine.close())
  }
}

/**
 * Shows a transfer until it has finished, or was passed on as long as it was to be, or the signal is aborted; stops nothing.
 * Throws its AppError.
 */
export async function watch(
  transfer: Transfer,
  settings: {
    readonly output: Output
    readonly history: TransferHistory
    readonly signal: AbortSignal
    readonly until: 'finished' | 'seeded'
  },
): Promise<'finished' | 'interrupted'> {
  const { output, history, signal, until } = settings
  const seeded = Promise.withResolvers<'finished'>()
  let hasBegun = false
  let timer: NodeJS.Timeout | undefined
  const show = (): void => {
    const view = transfer.view()
    history.observe(view, performance.now())
    output.show(view)
    if (view.seed.isReached) seeded.resolve('finished')
    hasBegun ||= view.receivedBytes + view.sentBytes > 0
  }
  const showAgain = (): void => {
    show()
    timer = setTimeout(showAgain, hasBegun ? SHOW_INTERVAL_MS : FIRST_INTERVAL_MS)
  }
  const unsubscribe = transfer.onChange(show)
  showAgain()
  try {
    const interrupted = whenAborted(signal).then(() => 'interrupted' as const)
    if (until === 'seeded') return await Promise.race([seeded.promise, interrupted])
    return await Promise.race([transfer.finished().then(() => 'finished' as const), interrupted])
  } finally {
    clearTimeout(timer)
    unsubscribe()
    show()
    output.rest()
  }
}

export async function stopQuietly(transfer: Transfer): Promise<void> {
  await waitAtMost(CLOSE_LIMIT_MS, transfer.stop())
}

/** Undefined without `--verbose`. */
export function logFor(args: Arguments, output: Output): Log | undefined {
  if (!args.has('verbose')) return undefined
  return (event, fields) => {
    const words = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
    output.log([new Date().toISOString().slice(11, 23), event, ...words].join(' '))
  }
}

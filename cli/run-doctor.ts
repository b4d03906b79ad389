/** Runs `beeline doctor`: looks at this device's network, and says what it means for sending to friends. */

import type { DoctorOptions } from '#engine/doctor/doctor.ts'
import type { SavedNetwork } from '#engine/doctor/saved-network.ts'
import { parseRelayUrl, parseStunUrl } from '#engine/connect/ice-url.ts'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import { toAppError } from '#shared/errors.ts'
import { usageError, type Arguments } from './arguments.ts'
import type { Context } from './command.ts'
import { parseCoordinatorUrl, readDataDir } from './common-options.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'
import { createOutput } from './output/create-output.ts'
import { safeText } from './terminal-text.ts'

/** Throws AppError. */
export async function runDoctorCommand(args: Arguments, context: Context): Promise<number> {
  if (args.operands.length > 0) throw usageError('doctor takes no operands')
  if (args.has('report') && args.has('json')) throw usageError('--json has the report in it already')
  const output = createOutput(context, args.has('json'))
  const { options, notices } = await readOptions(args, context)
  const isReport = args.has('report')
  if (!isReport) for (const notice of notices) output.notice(notice)
  let last: DoctorView | undefined
  try {
    await context.services.runDoctor(
      options,
      (view) => {
        last = view
        if (!isReport) output.doctor(view)
      },
      context.interruption,
    )
  } finally {
    output.rest()
  }
  if (isReport) context.stdout.write(last?.report ?? '')
  return exitCodeOf(last)
}

/** Zero where sending works as far as the settings ask for: without a coordinator that is the own network. */
function exitCodeOf(view: DoctorView | undefined): ExitCode {
  if (view === undefined || view.verdict === null || view.verdict === 'nothing') return EXIT_CODES.unavailable
  const isAlone = view.findings.some(({ check, outcome }) => check === 'coordinator' && outcome === 'skipped')
  return view.verdict === 'lan' && !isAlone ? EXIT_CODES.unavailable : EXIT_CODES.ok
}

interface Wanted {
  readonly options: DoctorOptions
  /** What the person should know of how the settings were come by. */
  readonly notices: readonly string[]
}

/** Throws AppError `usage` or `relay.*`. */
async function readOptions(args: Arguments, context: Context): Promise<Wanted> {
  const named = args.text('coordinator') ?? context.environment['BEELINE_COORDINATOR'] ?? ''
  const given = [...args.list('stun').map(parseStunUrl), ...args.list('relay').map(parseRelayUrl)]
  const coordinator = named === '' ? undefined : parseCoordinatorUrl(named)
  const { saved, notices } = await readSaved(context)
  const bindAddress = context.environment['BEELINE_BIND'] ?? ''
  const isLocked = given.length === 0 && saved !== undefined && saved.locked.length > 0
  return {
    options: {
      coordinator: coordinator ?? saved?.coordinator,
      network: {
        routePolicy: 'automatic',
        portMapping: true,
        ...saved?.network,
        ...(args.has('no-port-mapping') ? { portMapping: false } : {}),
        iceServers: given.length > 0 ? given : (saved?.network.iceServers ?? []),
        ...(bindAddress === '' ? {} : { bindAddress }),
      },
    },
    notices: isLocked
      ? [
          ...notices,
          `Not tried, because only the window can open their passwords: ${saved.locked.map(safeText).join(', ')}. Run the check there, or name them with --relay.`,
        ]
      : notices,
  }
}

/** Settings that cannot be read are no reason not to look at the network. */
async function readSaved(
  context: Context,
): Promise<{ readonly saved: SavedNetwork | undefined; readonly notices: readonly string[] }> {
  try {
    return { saved: await context.services.readSavedNetwork(readDataDir(context)), notices: [] }
  } catch (thrown) {
    const { advice } = toAppError(thrown)
    return { saved: undefined, notices: [`The saved settings are left out. ${advice}`] }
  }
}

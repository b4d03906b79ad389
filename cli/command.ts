/** What a command is: how it is called, how it explains itself, and what it may use of the world. */

import type { App, AppOptions, CoordinatorStarter } from '#engine/app/app.ts'
import type { DoctorOptions } from '#engine/doctor/doctor.ts'
import type { SavedNetwork } from '#engine/doctor/saved-network.ts'
import type { Engine, EngineOptions } from '#engine/engine.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'

export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** After the name: `PATH…`. */
  readonly operands: string
  /** A few sentences, one per paragraph. */
  readonly description: readonly string[]
  readonly options: OptionSpecs
  readonly examples: readonly (readonly [command: string, meaning: string])[]
  /** Imports what it alone needs when it is called: the other commands start sooner without. @returns the exit code. Throws AppError. */
  run(args: Arguments, context: Context): Promise<number>
}

/** The part of a stream that is written to; a test hands in its own. */
export interface OutputStream {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): boolean
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
}

export type Log = (event: string, fields: Record<string, string | number | boolean>) => void

/** The heavy parts, loaded only when they are used: `--help` shall not wait for a native library. */
export interface Services {
  /** @param coordinator what is needed first: it is dialled while the engine is loaded */
  openEngine(options: EngineOptions, coordinator?: readonly CoordinatorAddress[]): Promise<Engine>
  openApp(options: AppOptions): Promise<App>
  runDoctor(options: DoctorOptions, onView: (view: DoctorView) => void, signal: AbortSignal): Promise<void>
  /** Undefined when nothing was saved. Rejects with AppError `library.*`. */
  readSavedNetwork(dataDir: string): Promise<SavedNetwork | undefined>
  readonly startCoordinator: CoordinatorStarter
}

/** Everything a command may touch besides the file system. */
export interface Context {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDir: string
  readonly hostName: string
  readonly workingDir: string
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** Aborted at the first Ctrl-C or signal. */
  readonly interruption: AbortSignal
  readonly services: Services
}

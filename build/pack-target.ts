/** Stages one target and has electron-builder pack it. Never publishes anything. */

import { Arch, build, Platform } from 'electron-builder'
import { join } from 'node:path'
import { stage } from './stage.ts'
import type { Target } from './targets.ts'

export interface PackOptions {
  readonly project: string
  /** The built app; see StageOptions. */
  readonly out: string
  /** Holds `stage/` and `packed/` of this target; both are made anew. */
  readonly work: string
  /** `dir` is the app without an installer around it. Left out: the formats that electron-builder.yml names. */
  readonly format?: 'dir' | 'deb' | undefined
  /** A folder with an unpacked Electron, or a stand-in for it. Without it electron-builder downloads the real one. */
  readonly electronDist?: string
  /** Icon and version of a Windows program are edited with a tool that is downloaded; a check can do without. */
  readonly isExecutableEdited?: boolean
}

/** Returns the files it made. */
export async function packTarget(target: Target, options: PackOptions): Promise<string[]> {
  const { project, out, work, format, electronDist, isExecutableEdited = true } = options
  const staged = join(work, 'stage')
  await stage(target, { project, out, folder: staged })
  return build({
    projectDir: project,
    targets: PLATFORMS[target.os].createTarget(format ?? null, Arch[target.cpu]),
    publish: 'never',
    config: {
      extends: 'build/electron-builder.yml',
      directories: { app: staged, output: join(work, 'packed') },
      // Outside of the archive, where a person can read them.
      extraResources: [
        { from: join(staged, 'NOTICES.txt'), to: 'NOTICES.txt' },
        { from: join(project, 'LICENSE'), to: 'LICENSE.txt' },
      ],
      ...(electronDist === undefined ? {} : { electronDist }),
      ...(isExecutableEdited ? {} : { win: { signAndEditExecutable: false } }),
    },
  })
}

const PLATFORMS = { linux: Platform.LINUX, win32: Platform.WINDOWS, darwin: Platform.MAC }

/** The systems Beeline is packaged for, and what differs between them. */

export interface Target {
  /** As better-sqlite3 names its file for this system, and as a person names it on the command line. */
  readonly name: TargetName
  readonly os: 'linux' | 'win32' | 'darwin'
  readonly cpu: 'x64' | 'arm64'
  /** Of Linux only: Electron itself is built for glibc. */
  readonly libc?: 'glibc'
  /** The package that holds node-datachannel's native file. */
  readonly datachannelPackage: string
}

export const TARGET_NAMES = [
  'linux-x64',
  'linux-arm64',
  'win32-x64',
  'win32-arm64',
  'darwin-arm64',
  'darwin-x64',
] as const
export type TargetName = (typeof TARGET_NAMES)[number]

export const TARGETS: Readonly<Record<TargetName, Target>> = {
  'linux-x64': {
    name: 'linux-x64',
    os: 'linux',
    cpu: 'x64',
    libc: 'glibc',
    datachannelPackage: '@node-datachannel/linux-x64-gnu',
  },
  'linux-arm64': {
    name: 'linux-arm64',
    os: 'linux',
    cpu: 'arm64',
    libc: 'glibc',
    datachannelPackage: '@node-datachannel/linux-arm64-gnu',
  },
  'win32-x64': {
    name: 'win32-x64',
    os: 'win32',
    cpu: 'x64',
    datachannelPackage: '@node-datachannel/win32-x64-msvc',
  },
  'win32-arm64': {
    name: 'win32-arm64',
    os: 'win32',
    cpu: 'arm64',
    datachannelPackage: '@node-datachannel/win32-arm64-msvc',
  },
  'darwin-arm64': {
    name: 'darwin-arm64',
    os: 'darwin',
    cpu: 'arm64',
    datachannelPackage: '@node-datachannel/darwin-arm64',
  },
  'darwin-x64': {
    name: 'darwin-x64',
    os: 'darwin',
    cpu: 'x64',
    datachannelPackage: '@node-datachannel/darwin-x64',
  },
}

/** Where the two native files of a target lie in its `node_modules`. Exactly these are shipped. */
export function nativeFiles(target: Target): string[] {
  return [
    `node_modules/${target.datachannelPackage}/node_datachannel.node`,
    `node_modules/better-sqlite3/prebuilds/${target.name}.node`,
  ]
}

export function isTargetName(text: string): text is TargetName {
  return TARGET_NAMES.some((name) => name === text)
}

/** Those that this computer's system can make installers for: a dmg needs macOS, and so on. */
export function ownTargets(platform: string): Target[] {
  return TARGET_NAMES.map((name) => TARGETS[name]).filter((target) => target.os === platform)
}

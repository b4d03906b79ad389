/**
 * `npm run bench -- peers [quick] [PROFILE…]`: Beeline and others at the same work, one after the other, several rounds, on the
 * same emulated lines, in one run. Time runs from the start of the receiving program until every file stands there.
 */

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Emulator, emulatorIsMissing } from '#test/lab/emulator/emulator.ts'
import { measureTcp } from '#test/lab/emulator/iperf.ts'
import { PROFILE_SEED, PROFILES, type Profile } from '#test/lab/emulator/profiles.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'
import { makeFile } from '../one-to-one.ts'
import { aria } from './aria.ts'
import { beeline } from './beeline.ts'
import type { Contender, Work } from './contender.ts'
import { syncthing } from './syncthing.ts'
import { webtorrent } from './webtorrent.ts'
import { magicWormhole, wormholeWilliam } from './wormhole.ts'

const MIB = 1024 * 1024
const CONTENDERS: readonly Contender[] = [
  beeline,
  magicWormhole,
  wormholeWilliam,
  syncthing,
  aria,
  webtorrent,
]

interface Course {
  readonly title: string
  readonly profile: Profile
  /** One file of so many bytes, and so many small ones beside it. */
  readonly bytes: number
  readonly smallFiles: number
  /** Milliseconds. */
  readonly limitMs: number
}

const SMALL_BYTES = 8 * 1024

const COURSES = {
  unshaped: course(PROFILES.unshaped, 256 * MIB, 30_000),
  fiber: course(PROFILES.fiber, 128 * MIB, 40_000),
  lossy: course(PROFILES.lossy, 16 * MIB, 60_000),
  small: {
    ...course(PROFILES.unshaped, 64 * MIB, 30_000),
    title: '2,000 files of 8 KiB and one of 64 MiB, unshaped',
    smallFiles: 2000,
  },
} as const satisfies Record<string, Course>
type CourseName = keyof typeof COURSES

export interface PeersResult {
  readonly course: CourseName
  readonly title: string
  readonly bytes: number
  /** One flow that carries the same bytes from memory to memory. */
  readonly tcpSeconds: number
  /** Median first. Null: not within the limit, or not to be had; then `why` says it. */
  readonly contenders: readonly {
    readonly name: string
    readonly medianSeconds: number | null
    readonly seconds: readonly (number | null)[]
    readonly why?: string
  }[]
  /** Of the machine, over the last minute, at the end. */
  readonly load: number
}

/** Throws with one sentence where there can be no emulated lines. @param names all when empty */
export async function benchPeers(
  names: readonly string[],
  rounds: number,
  scratch: string,
  write: (line: string) => void,
): Promise<PeersResult[]> {
  const known = Object.keys(COURSES).filter(isCourse)
  const asked = names.filter(isCourse)
  if (asked.length < names.length) throw new Error(`profiles are ${known.join(', ')}`)
  const missing = await emulatorIsMissing()
  if (missing !== undefined) throw new Error(missing)
  await ensurePackages(['iperf3', ...CONTENDERS.flatMap(({ packages }) => packages)])
  const results: PeersResult[] = []
  for (const name of asked.length > 0 ? asked : known) results.push(await run(name, rounds, scratch, write))
  return results
}

async function run(
  name: CourseName,
  rounds: number,
  scratch: string,
  write: (line: string) => void,
): Promise<PeersResult> {
  const { title, profile, bytes: largeBytes, smallFiles, limitMs }: Course = COURSES[name]
  const source = join(scratch, smallFiles === 0 ? `${name}.bin` : name)
  if (smallFiles === 0) makeFile(source, largeBytes)
  else {
    mkdirSync(source)
    makeFile(join(source, 'large.bin'), largeBytes)
    for (let i = 0; i < smallFiles; i++) makeFile(join(source, `small ${i}.bin`), SMALL_BYTES)
  }
  const bytes = largeBytes + smallFiles * SMALL_BYTES
  write(`${title}, ${(bytes / MIB).toFixed(0)} MiB`)
  const tcpSeconds = await onLine(profile, async ({ left, right }) => {
    const mbit = await measureTcp(left, right, bytes)
    return (bytes * 8) / mbit / 1e6
  })
  write(`  ${'TCP, memory to memory'.padEnd(24)} ${tcpSeconds.toFixed(2)} s`)
  const able = CONTENDERS.filter(({ takesFolders }) => smallFiles === 0 || takesFolders)
  const seconds = new Map<string, (number | null)[]>()
  const reasons = new Map<string, string>()
  for (let round = 0; round < rounds; round++) {
    for (const contender of able) {
      if (reasons.has(contender.name)) continue
      const work = { source, fileCount: 1 + smallFiles, bytes, limitMs }
      const place = join(scratch, `${name} ${round} ${contender.name}`)
      try {
        const taken = await deliverOnce(contender, profile, work, place)
        seconds.set(contender.name, [...(seconds.get(contender.name) ?? []), taken])
        write(`  ${contender.name.padEnd(24)} ${taken === null ? 'not in time' : `${taken.toFixed(2)} s`}`)
        if (taken === null) reasons.set(contender.name, `more than ${limitMs / 1000} s`)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        reasons.set(contender.name, why)
        write(`  ${contender.name.padEnd(24)} ${why}`)
      }
    }
  }
  rmSync(source, { recursive: true, force: true })
  const contenders = able.map((contender) => {
    const all = seconds.get(contender.name) ?? []
    const why = reasons.get(contender.name)
    return {
      name: contender.name,
      medianSeconds: why === undefined ? medianOf(all) : null,
      seconds: all,
      ...(why === undefined ? {} : { why }),
    }
  })
  const own = contenders[0]?.medianSeconds ?? null
  for (const other of contenders.slice(1)) {
    if (own === null || other.medianSeconds === null) continue
    write(`  Beeline is ${(other.medianSeconds / own).toFixed(2)} × as fast as ${other.name}`)
  }
  return { course: name, title, bytes, tcpSeconds, contenders, load: loadavg()[0] ?? 0 }
}

/**
 * A line of its own for each, so that all meet the same losses. Null when it is not done in time. Many files stay until the
 * end: ext4 looks for inodes that were not deleted just now, which makes each new file of whoever is next ten times as dear.
 */
async function deliverOnce(
  contender: Contender,
  profile: Profile,
  work: Omit<Work, 'emulator' | 'scratch'>,
  scratch: string,
): Promise<number | null> {
  mkdirSync(scratch)
  try {
    return await onLine(profile, async (emulator) => {
      const { copy, seconds } = await contender.deliver({ ...work, emulator, scratch })
      if (seconds === Number.POSITIVE_INFINITY) return null
      mustBeTheSame(work.source, copy)
      return seconds
    })
  } finally {
    if (work.fileCount === 1) rmSync(scratch, { recursive: true, force: true })
  }
}

async function onLine<Result>(
  profile: Profile,
  use: (emulator: Emulator) => Promise<Result>,
): Promise<Result> {
  await using emulator = await Emulator.open({
    ...profile.line,
    seed: PROFILE_SEED,
    congestionControl: 'cubic',
  })
  return await use(emulator)
}

/** Of bytes alone: not every program passes on times. */
function mustBeTheSame(source: string, copy: string): void {
  const names = statSync(source).isFile() ? [''] : readdirSync(source)
  for (const name of names) {
    if (hashOf(join(source, name)) !== hashOf(join(copy, name)))
      throw new Error(`other bytes arrived: ${name}`)
  }
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

function medianOf(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}

function course(profile: Profile, bytes: number, limitMs: number): Course {
  return { title: profile.name, profile, bytes, smallFiles: 0, limitMs }
}

function isCourse(name: string): name is CourseName {
  return Object.hasOwn(COURSES, name)
}

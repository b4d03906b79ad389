/** What a contender of the comparison is, and what they have in common: programs on the two hosts of an emulated line. */

import type { ChildProcess } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { Emulator } from '#test/lab/emulator/emulator.ts'

/** How often it is looked whether all files are there. Milliseconds. */
const LOOK_MS = 25
/** For a program to start or to have read the source. Milliseconds. */
const READY_LIMIT_MS = 60_000

export interface Work {
  readonly emulator: Emulator
  /** A file, or a folder of files. */
  readonly source: string
  readonly fileCount: number
  readonly bytes: number
  /** Empty, and removed afterwards. */
  readonly scratch: string
  readonly limitMs: number
}

export interface Delivery {
  /** What must be the same as the source. */
  readonly copy: string
  /**
   * From the start of the receiving program until every file stands under its name; Infinity at the limit. The sending
   * program is up and ready by then.
   */
  readonly seconds: number
}

export interface Contender {
  readonly name: string
  readonly packages: readonly string[]
  /** Of what kind of work it is capable here. */
  readonly takesFolders: boolean
  deliver(work: Work): Promise<Delivery>
}

/**
 * @param isBusy the program says that it has not finished, whatever the sizes are
 * @returns seconds since `startedMs` (of `performance.now()`), Infinity at the limit
 */
export async function whenComplete(
  copy: string,
  work: Work,
  startedMs: number,
  isBusy = (): boolean => false,
): Promise<number> {
  while (performance.now() - startedMs < work.limitMs) {
    if (isComplete(copy, work) && !isBusy()) return (performance.now() - startedMs) / 1000
    await pause(LOOK_MS)
  }
  return Number.POSITIVE_INFINITY
}

/** Programs write under other names, or make room first: so sizes count, and what takes room in vain is found by comparing. */
function isComplete(copy: string, { fileCount, bytes }: Work): boolean {
  let count = 0
  let sum = 0
  const add = (file: string): void => {
    count++
    sum += statSync(file).size
  }
  try {
    const stat = statSync(copy)
    if (stat.isFile()) add(copy)
    else
      for (const name of readdirSync(copy))
        if (!name.includes('.tmp') && !name.endsWith('.aria2')) add(join(copy, name))
  } catch {
    return false // not there yet, or renamed while it was looked at
  }
  return count === fileCount && sum === bytes
}

/** The first line of its output that says so. Rejects when the program ends or says nothing for long. */
export async function lineOf(child: ChildProcess, isIt: (line: string) => boolean): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let last = ''
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface(stream).on('line', (line) => {
      last = line
      if (isIt(line)) resolve(line)
    })
  }
  const timer = setTimeout(() => reject(new Error(`not ready in time: ${last}`)), READY_LIMIT_MS)
  child.once('close', () => reject(new Error(`ended early: ${last}`)))
  return promise.finally(() => clearTimeout(timer))
}

export async function whenEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  return promise
}

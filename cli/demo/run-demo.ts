/** Runs `beeline demo`: a coordinator, a sender and two receivers as real processes on this computer, and a verdict. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { AppError } from '#shared/errors.ts'
import { usageError, type Arguments } from '#cli/arguments.ts'
import type { Context } from '#cli/command.ts'
import { EXIT_CODES } from '#cli/exit-codes.ts'
import { formatBytes, formatCount, formatDuration, formatRate } from '#cli/format.ts'
import { Screen } from '#cli/output/screen.ts'
import { noticeSentence } from '#cli/output/notice-words.ts'
import { styleFor } from '#cli/output/style.ts'
import { displayWidth, safeText, wrap } from '#cli/terminal-text.ts'
import { compareTrees, type Comparison } from './compare-trees.ts'
import { demoBoard, demoSentence } from './demo-board.ts'
import { DemoChild, type DemoEvent } from './demo-child.ts'

/** A process starts within one second; slow machines get thirty. */
const START_LIMIT_MS = 30_000
/** Without one new byte anywhere for so long, nothing more will come. */
const SILENCE_LIMIT_MS = 60_000
const DRAW_INTERVAL_MS = 250
/** Where there is no terminal. */
const LINE_INTERVAL_MS = 5000

const SENDER = 'sender'
/** Named like people, because they stand for two friends. */
const RECEIVERS = ['anna', 'bert'] as const

const Listening = v.object({ urls: v.tuple([v.string()]) })
const Shared = v.object({ link: v.string() })
const Done = v.object({
  durationMs: v.number(),
  averageBytesPerSecond: v.number(),
  peers: v.array(v.object({ name: v.string(), route: v.string(), receivedBytes: v.number() })),
})

interface Stage {
  readonly context: Context
  readonly screen: Screen
  readonly source: string
  readonly folder: string
  readonly children: AsyncDisposableStack
}

/** Throws AppError. */
export async function runDemo(args: Arguments, context: Context): Promise<number> {
  const [operand, ...others] = args.operands
  if (others.length > 0) throw usageError('demo takes one PATH')
  const source =
    operand === undefined
      ? fileURLToPath(new URL('../../node_modules', import.meta.url))
      : path.resolve(context.workingDir, operand)
  const folder = await mkdtemp(path.join(tmpdir(), 'beeline-demo-'))
  const screen = new Screen(context.stdout, () => undefined)
  try {
    await using children = new AsyncDisposableStack()
    const isIdentical = await perform({ context, screen, source, folder, children })
    return isIdentical ? EXIT_CODES.ok : EXIT_CODES.internal
  } finally {
    screen.clear()
    if (args.has('keep')) screen.print([`The copies stay in ${folder}`])
    else await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function perform(stage: Stage): Promise<boolean> {
  const { screen, source, context } = stage
  const starting = AbortSignal.any([context.interruption, AbortSignal.timeout(START_LIMIT_MS)])
  say(stage, [
    `Moving ${safeText(source)}`,
    `from a sender to two receivers, ${RECEIVERS.join(' and ')}. They and a coordinator are processes of their own on this computer.`,
  ])
  const coordinator = start(stage, 'coordinator', ['coordinator', '--listen', '127.0.0.1:0'])
  const { urls } = v.parse(Listening, await coordinator.waitFor('listening', starting))
  const sender = start(stage, SENDER, ['send', source, '--coordinator', urls[0], '--name', SENDER])
  const { link } = v.parse(Shared, await sender.waitFor('link', starting))
  // On a line of its own and left to the terminal to wrap, so that it can be copied whole.
  screen.print(['', 'The sender’s link:', link, ''])
  const receivers = RECEIVERS.map((name) => {
    const copy = path.join(stage.folder, `${name}-copy`)
    const argv = ['get', link, '--to', copy, '--yes', '--seed', '--name', name]
    return { name, copy, child: start(stage, name, argv) }
  })
  await Promise.all(receivers.map(({ copy }) => mkdir(copy, { recursive: true })))
  const done = await showUntilDone(
    stage,
    sender,
    receivers.map(({ child }) => child),
  )
  await stage.children.disposeAsync()
  // What it showed follows in words, and its rates are of the past.
  screen.clear()
  say(stage, ['Everything has arrived. Comparing the copies with the original, byte for byte…', ''])
  const notices = sender.transfer?.notices ?? []
  say(
    stage,
    notices.map((notice) => `The sender says: ${safeText(noticeSentence(notice))}`),
  )
  const comparisons: Comparison[] = []
  for (const [i, { name, copy }] of receivers.entries()) {
    const comparison = await compareTrees(
      source,
      path.join(copy, path.basename(source)),
      context.interruption,
    )
    comparisons.push(comparison)
    say(stage, verdictLines(name, comparison, v.parse(Done, done[i])))
  }
  say(stage, ['', originLine(done.map((event) => v.parse(Done, event)))])
  const isIdentical = comparisons.every(({ differences }) => differences.length === 0)
  const style = styleFor(context.stdout.isTTY === true, context.environment)
  if (isIdentical) {
    const verdict = 'Identical: names, bytes, times, executable bits and symbolic links.'
    say(stage, [verdict], (text) => style.green(text))
  } else {
    const why = notices.length > 0 ? ' What the sender left out is named above.' : ''
    say(stage, [`Not identical.${why}`], (text) => style.red(text))
  }
  return isIdentical
}

/** Lasting lines, broken between words where the terminal is narrow. */
function say(
  { screen, context }: Stage,
  lines: readonly string[],
  paint: (text: string) => string = (text) => text,
): void {
  const broken = lines.flatMap((line) => {
    if (context.stdout.isTTY !== true || displayWidth(line) <= screen.columns) return [line]
    const indent = /^ */.exec(line)?.[0] ?? ''
    return wrap(line.trimStart(), screen.columns - indent.length).map((part) => indent + part)
  })
  screen.print(broken.map(paint))
}

function start(stage: Stage, name: string, argv: readonly string[]): DemoChild {
  const child = new DemoChild({
    name,
    argv,
    dataDir: path.join(stage.folder, `${name}-library`),
    environment: stage.context.environment,
  })
  stage.children.defer(() => child.stop())
  return child
}

/** @returns the `done` event of each receiver. Throws AppError when a process ends or nothing moves any more. */
async function showUntilDone(
  stage: Stage,
  sender: DemoChild,
  receivers: readonly DemoChild[],
): Promise<readonly DemoEvent[]> {
  const { screen, context } = stage
  const isLive = context.stdout.isTTY === true
  const style = styleFor(isLive, context.environment)
  const silence = new AbortController()
  const signal = AbortSignal.any([context.interruption, silence.signal])
  let lastCount = -1
  let lastNewsMs = performance.now()
  const show = (): void => {
    const transfers = receivers.map(({ transfer }) => transfer)
    const count = [sender.transfer, ...transfers].reduce((sum, view) => sum + (view?.doneBytes ?? 0), 0)
    if (count !== lastCount) lastNewsMs = performance.now()
    else if (performance.now() - lastNewsMs > SILENCE_LIMIT_MS) {
      silence.abort(new AppError('peer.silent', { detail: 'nothing has moved for a minute' }))
    }
    lastCount = count
    const shown = receivers.map(({ name, transfer }) => ({ name, transfer }))
    if (isLive) screen.draw(demoBoard(shown, screen.columns - 1, style))
    else screen.print([demoSentence(shown)])
  }
  const timer = setInterval(show, isLive ? DRAW_INTERVAL_MS : LINE_INTERVAL_MS)
  try {
    // The sender never says `done`: it stands here so that its failure ends the demo.
    const senderEnds = sender.waitFor('done', signal).then(() => [])
    const all = Promise.all(receivers.map((receiver) => receiver.waitFor('done', signal)))
    return await Promise.race([all, senderEnds])
  } finally {
    show()
    clearInterval(timer)
  }
}

function verdictLines(name: string, comparison: Comparison, done: v.InferOutput<typeof Done>): string[] {
  const { differences, fileCount, symlinkCount, totalBytes } = comparison
  const what = `${formatCount(fileCount, 'file')}, ${formatBytes(totalBytes)}, ${formatCount(symlinkCount, 'symbolic link')}`
  const speed = `in ${formatDuration(done.durationMs)} at ${formatRate(done.averageBytesPerSecond)}`
  return [
    `${name}: received ${speed}, ${differences.length === 0 ? `identical: ${what}` : 'DIFFERENT:'}`,
    ...done.peers
      .filter((peer) => peer.receivedBytes > 0)
      .map((peer) => `  ${formatBytes(peer.receivedBytes)} from ${safeText(peer.name)}, ${peer.route}`),
    ...differences.map((difference) => `  ${safeText(difference)}`),
  ]
}

/** What a swarm is good for: the sender need not upload every copy. */
function originLine(done: readonly v.InferOutput<typeof Done>[]): string {
  let fromSender = 0
  let fromOthers = 0
  for (const peer of done.flatMap(({ peers }) => peers)) {
    if (peer.name === SENDER) fromSender += peer.receivedBytes
    else fromOthers += peer.receivedBytes
  }
  return `The sender sent ${formatBytes(fromSender)} for two copies; the receivers gave each other ${formatBytes(fromOthers)}.`
}

/**
 * Prints which pairs of networks Beeline connects, and how; or what it does when a network changes during a transfer. Ends with
 * another code than 0 when a file did not arrive.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { EVENT_NAMES, isEventName, type EventName } from './events.ts'
import { EVENT_HEADER, eventRow, runEvents } from './event-run.ts'
import { isSiteKindName, SITE_KIND_NAMES } from './kinds.ts'
import { Lab, labIsMissing } from './lab.ts'
import { runMatrix } from './matrix.ts'
import type { Pair } from './pair.ts'
import { fullPairs, QUICK_PAIRS } from './pairs.ts'
import { grid, hasAllArrived, PAIR_HEADER, pairRow, summary, type Tried } from './report.ts'

const USAGE = `usage: run.ts [full | quick | FROM TO | events [EVENT]…] [OPTION]…
  FROM, TO         ${SITE_KIND_NAMES.join(', ')}
  EVENT            ${EVENT_NAMES.join(', ')}; all when none is named
  --relay KIND     udp, tcp, tls or none, with FROM TO; may be given more than once; udp and tcp when left out
  --times N        tries of each
  --at-once N      pairs at a time; figures are best with 1
  --results FILE   keeps each try, and does not repeat those that are in it
  --write          puts the result of full or events into docs/lab.md
  --logs FOLDER    keeps what both sides of each transfer say`
const RELAYS = ['udp', 'tcp', 'tls'] as const
const PAGE = path.resolve(import.meta.dirname, '../../docs/lab.md')

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    relay: { type: 'string', multiple: true, default: ['udp', 'tcp'] },
    times: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '1' },
    results: { type: 'string' },
    write: { type: 'boolean', default: false },
    logs: { type: 'string' },
  },
})

type Work =
  | { readonly kind: 'pairs'; readonly pairs: readonly Pair[] }
  | { readonly kind: 'events'; readonly names: readonly EventName[] }

const work = choose(positionals)
const missing = work === undefined ? USAGE : await labIsMissing()
if (work === undefined || missing !== undefined) {
  console.error(missing)
  process.exitCode = 64
} else {
  await run(work)
}

function choose([first = 'full', ...others]: readonly string[]): Work | undefined {
  if (first === 'events') {
    const names = others.length === 0 ? EVENT_NAMES : others.filter(isEventName)
    return names.length < others.length ? undefined : { kind: 'events', names }
  }
  const [second] = others
  if (second === undefined) {
    if (first === 'full') return { kind: 'pairs', pairs: fullPairs() }
    return first === 'quick' ? { kind: 'pairs', pairs: QUICK_PAIRS } : undefined
  }
  if (!isSiteKindName(first) || !isSiteKindName(second)) return undefined
  const relays = RELAYS.filter((relay) => values.relay.includes(relay))
  return { kind: 'pairs', pairs: [{ from: first, to: second, relays }] }
}

async function run(chosen: Work): Promise<void> {
  const lab = await Lab.open()
  const interruption = Promise.withResolvers<boolean>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interruption.resolve(false))
  }
  let isWell = false
  try {
    isWell = await Promise.race([printAll(lab, chosen), interruption.promise])
  } finally {
    await lab[Symbol.asyncDispose]()
    // A pair that was interrupted must not go on to build in what has been taken away.
    process.exit(isWell ? 0 : 1)
  }
}

/** @returns whether everything arrived */
async function printAll(lab: Lab, chosen: Work): Promise<boolean> {
  const print = (line: string): void => console.log(line)
  const times = Number(values.times)
  if (chosen.kind === 'events') {
    print(EVENT_HEADER)
    const rows: string[] = []
    const results = await runEvents(lab, chosen.names, {
      times,
      logFolder: values.logs,
      print: (tries) => {
        const row = eventRow(tries)
        rows.push(row)
        print(row)
      },
    })
    if (values.write) await writePage('events', [EVENT_HEADER, ...rows].join('\n'))
    return results.every(({ isVerified }) => isVerified)
  }
  const plan = { pairs: chosen.pairs, times, atOnce: Number(values['at-once']), print }
  const tried = await runMatrix(lab, { ...plan, resultFile: values.results, logFolder: values.logs })
  print(`\n${grid(tried)}\n\n${summary(tried)}`)
  if (values.write) await writePage('matrix', matrixText(tried))
  return hasAllArrived(tried)
}

function matrixText(tried: readonly Tried[]): string {
  const rows = [PAIR_HEADER, ...tried.map(pairRow)].join('\n')
  return `${grid(tried)}\n\n${summary(tried).replaceAll('\n', '\n\n')}\n\n${rows}`
}

/** Between the two marks of the page. */
async function writePage(part: 'matrix' | 'events', text: string): Promise<void> {
  const marks = [`<!-- begin of the ${part} -->`, `<!-- end of the ${part} -->`] as const
  const page = readFileSync(PAGE, 'utf8')
  const [before = ''] = page.split(marks[0])
  const [, after = ''] = page.split(marks[1])
  const config = await resolveConfig(PAGE)
  const all = `${before}${marks[0]}\n\n${text}\n\n${marks[1]}${after}`
  writeFileSync(PAGE, await format(all, { ...config, parser: 'markdown' }))
}

/**
 * Prints which pairs of networks today's Beeline connects, and how. `quick`: one pair of each class of outcome; `full`: all ordered
 * pairs; or two kinds: that pair. Says what is, so a pair without a way is a line of the table and no failure of the run.
 */

import { parseArgs } from 'node:util'
import { isSiteKindName, SITE_KIND_NAMES } from './kinds.ts'
import { Lab, labIsMissing } from './lab.ts'
import { runPair, type Pair, type PairResult } from './pair.ts'
import { fullPairs, QUICK_PAIRS } from './pairs.ts'
import { startPublicServers } from './public-servers.ts'

const USAGE = `usage: run.ts quick | full | FROM TO [--relay udp|tcp|tls|none]… [--times N]
FROM and TO are of ${SITE_KIND_NAMES.join(', ')}; --relay and --times go with them`
const RELAYS = ['udp', 'tcp', 'tls'] as const

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    relay: { type: 'string', multiple: true, default: ['udp', 'tcp'] },
    times: { type: 'string', default: '1' },
  },
})
const pairs = choose(positionals)
const missing = pairs === undefined ? USAGE : await labIsMissing()
if (pairs === undefined || missing !== undefined) {
  console.error(missing)
  process.exitCode = 64
} else {
  await run(pairs)
}

function choose([first = 'quick', second]: readonly string[]): readonly Pair[] | undefined {
  if (second === undefined)
    return first === 'quick' ? QUICK_PAIRS : first === 'full' ? fullPairs() : undefined
  if (!isSiteKindName(first) || !isSiteKindName(second)) return undefined
  const relays = RELAYS.filter((relay) => values.relay.includes(relay))
  return Array.from({ length: Number(values.times) }, () => ({ from: first, to: second, relays }))
}

async function run(chosen: readonly Pair[]): Promise<void> {
  const lab = await Lab.open()
  const interruption = Promise.withResolvers<undefined>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interruption.resolve(undefined))
  }
  try {
    await Promise.race([printAll(lab, chosen), interruption.promise])
  } finally {
    await lab[Symbol.asyncDispose]()
    // A pair that was interrupted must not go on to build in what has been taken away.
    process.exit()
  }
}

async function printAll(lab: Lab, chosen: readonly Pair[]): Promise<void> {
  const servers = await startPublicServers(lab)
  console.log('| from → to | relays set | route | candidates | open s | done s | bytes verified |')
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
  const results: PairResult[] = []
  for (const pair of chosen) {
    const result = await runPair(lab, servers, pair)
    results.push(result)
    console.log(row(result))
  }
  const of = (route: string | null): number =>
    results.filter((result) => (result.isVerified ? result.route : null) === route).length
  console.log(
    `\n${chosen.length} pairs: ${of('lan')} lan, ${of('direct')} direct, ${of('relayed')} relayed, ${of(null)} without a way`,
  )
}

function row({ pair, route, candidates, openMs, durationMs, isVerified, failure }: PairResult): string {
  const to = pair.isSameSite === true ? 'the same router' : pair.to
  const cells = [
    `${pair.from} → ${to}`,
    pair.relays.join(', '),
    route ?? 'none',
    candidates,
    openMs === null ? '' : seconds(openMs),
    seconds(durationMs),
    isVerified ? 'yes' : `no: ${failure}`,
  ]
  return `| ${cells.join(' | ')} |`
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(1)
}

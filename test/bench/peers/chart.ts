/** The chart of docs/speed.md: how fast each program was on each line, from the newest results. */

import { readFileSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'

const CHART = new URL('../../../docs/images/speed.svg', import.meta.url)
const WIDTH = 720
/** Where bars begin, and the room for the number after the longest. */
const LEFT = 170
const RIGHT = 120
const ROW = 22
const BAR = 14
const TITLE = 40

const Course = v.looseObject({
  course: v.string(),
  title: v.string(),
  bytes: v.number(),
  tcpSeconds: v.number(),
  contenders: v.array(v.looseObject({ name: v.string(), medianSeconds: v.nullable(v.number()) })),
})
export type ChartedCourse = v.InferOutput<typeof Course>
const Line = v.looseObject({ kind: v.string() })
const Peers = v.looseObject({ results: v.array(Course) })

/** Draws what stands in the results file, the newest result of each course. */
export function drawPeers(results: URL): void {
  const newest = new Map<string, ChartedCourse>()
  for (const line of readFileSync(results, 'utf8').split('\n')) {
    if (line === '') continue
    const entry = v.parse(v.pipe(v.string(), v.parseJson(), Line), line)
    if (entry.kind !== 'peers') continue
    for (const one of v.parse(Peers, entry).results) newest.set(one.course, one)
  }
  writeFileSync(CHART, drawChart([...newest.values()]))
}

/** Readable on light and dark pages alike: it follows the reader's preference, and has no ground of its own. */
export function drawChart(courses: readonly ChartedCourse[]): string {
  const parts: string[] = []
  let y = 0
  for (const course of courses) {
    y += TITLE
    parts.push(`<text class="title" x="0" y="${y - 14}">${escaped(course.title)}</text>`)
    const rows = [
      ...course.contenders,
      { name: 'one TCP flow, no files', medianSeconds: course.tcpSeconds },
    ].map(({ name, medianSeconds }) => ({
      name,
      mbit: medianSeconds === null ? null : (course.bytes * 8) / medianSeconds / 1e6,
    }))
    const most = Math.max(1, ...rows.map(({ mbit }) => mbit ?? 0))
    for (const { name, mbit } of rows) {
      const kind = name === 'Beeline' ? 'own' : name.startsWith('one TCP') ? 'reference' : 'other'
      const length = ((mbit ?? 0) / most) * (WIDTH - LEFT - RIGHT)
      const words = mbit === null ? 'not in time' : `${mbit.toFixed(mbit < 10 ? 1 : 0)} Mbit/s`
      parts.push(
        `<text class="name" x="${LEFT - 8}" y="${y + BAR - 2}">${escaped(name)}</text>`,
        `<rect class="${kind}" x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
        `<text class="value" x="${(LEFT + length + 6).toFixed(1)}" y="${y + BAR - 2}">${words}</text>`,
      )
      y += ROW
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" height="${y + 8}" role="img" aria-label="Rates of several programs on several lines">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 13px }
.name { text-anchor: end }
.own { fill: #c98a00 } .other { fill: #6e7b8a } .reference { fill: none; stroke: #6e7b8a }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .own { fill: #f2b53a } .other { fill: #8b98a8 } .reference { stroke: #8b98a8 }
}
</style>
${parts.join('\n')}
</svg>
`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

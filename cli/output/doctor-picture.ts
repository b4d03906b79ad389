/** An examination of the network as lines: what was found, what it means, what can be done. Pure. */

import type { DoctorFinding, DoctorView } from '#shared/api/doctor-views.ts'
import { adviceSentences, CHECK_NAMES, findingSentence, verdictSentences } from '#cli/doctor-words.ts'
import { displayWidth, padEnd, wrap } from '#cli/terminal-text.ts'
import type { Style } from './style.ts'

/** The longest name of a check. */
const NAME_COLUMNS = Math.max(...Object.values(CHECK_NAMES).map(displayWidth))
const INDENT = '  '
/** Text is not drawn out wider than this: long lines are hard to read. */
const MAX_TEXT_COLUMNS = 100

/** Everything that is known now, for the live part of a terminal. @param width columns */
export function doctorPicture(view: DoctorView, width: number, style: Style): string[] {
  return view.findings.flatMap((finding) => findingLines(finding, width, style))
}

/** One finding: mark, name, and the sentence, which hangs below itself where it is long. @param width columns */
export function findingLines(finding: DoctorFinding, width: number, style: Style): string[] {
  const margin = ' '.repeat(NAME_COLUMNS + 4)
  const room = Math.min(MAX_TEXT_COLUMNS, width) - margin.length
  const [first = '', ...rest] = wrap(findingSentence(finding), room)
  const paint = (text: string): string => (finding.grade === null ? style.dim(text) : text)
  return [
    `${mark(finding, style)} ${paint(`${padEnd(CHECK_NAMES[finding.check], NAME_COLUMNS)}  ${first}`)}`,
    ...rest.map((line) => `${margin}${paint(line)}`),
  ]
}

/** Empty while it runs. @param width columns */
export function conclusionLines(view: DoctorView, width: number, style: Style): string[] {
  if (view.verdict === null) return []
  const columns = Math.min(MAX_TEXT_COLUMNS, width)
  const advice = adviceSentences(view)
  return [
    '',
    style.bold('What it means for sending to friends'),
    ...verdictSentences(view).flatMap((sentence) => indented(sentence, INDENT, columns)),
    ...(advice.length === 0 ? [] : ['', style.bold('What you can do')]),
    ...advice.flatMap((sentence) => indented(sentence, `${INDENT}• `, columns)),
  ]
}

function indented(sentence: string, start: string, width: number): string[] {
  return wrap(sentence, width - start.length).map(
    (line, i) => `${i === 0 ? start : ' '.repeat(start.length)}${line}`,
  )
}

function mark({ grade, outcome }: DoctorFinding, style: Style): string {
  if (outcome === 'running') return style.dim('…')
  switch (grade) {
    case 'good':
      return style.green('✓')
    case 'fair':
      return style.yellow('!')
    case 'bad':
      return style.red('✗')
    case null:
      return style.dim('–')
  }
}

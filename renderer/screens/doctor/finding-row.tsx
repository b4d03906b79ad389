/** One thing that was looked at: a mark by shape, word and colour, what was found, and what to do about it. */

import { memo, type ReactNode } from 'react'
import { CircleAlert, CircleCheck, Minus, TriangleAlert } from 'lucide-react'
import type { DoctorFinding } from '#shared/api/doctor-views.ts'
import { Spinner } from '../../parts/progress.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { isSameData } from '../details/same-data.ts'
import { findingWords, markOf, type Mark } from './doctor-words.ts'

interface FindingRowProps {
  readonly finding: DoctorFinding
  /** What to do about it. */
  readonly advice: string | undefined
  /** Nothing runs any more. */
  readonly isOver: boolean
}

const ICONS: Readonly<Record<Exclude<Mark, 'running'>, ReactNode>> = {
  good: <CircleCheck aria-hidden="true" />,
  fair: <TriangleAlert aria-hidden="true" />,
  bad: <CircleAlert aria-hidden="true" />,
  none: <Minus aria-hidden="true" />,
}

export const FindingRow = memo(function FindingRow({ finding, advice, isOver }: FindingRowProps): ReactNode {
  const text = useText()
  const format = useFormat()
  const { check, subject, outcome, detail, tookMs } = finding
  const words = text.doctor
  const mark = markOf(finding, isOver)
  return (
    <li className="finding">
      <span className={`finding-mark finding-${mark}`}>
        {mark === 'running' ? (
          <Spinner label={words.marks.running} />
        ) : (
          <>
            {ICONS[mark]}
            <span className="hidden-visually">{words.marks[mark]}: </span>
          </>
        )}
      </span>
      <div className="finding-body">
        <p className="finding-name">
          {words.checks[check]}
          {subject === null ? null : (
            <>
              {' '}
              <span className="mono finding-subject">{subject}</span>
            </>
          )}
        </p>
        <p className={outcome === 'failed' ? 'finding-words finding-failed' : 'finding-words'}>
          {findingWords(finding, isOver, text, format)}
          {/* In a server's or the system's own words. */}
          {outcome === 'failed' && detail !== null && detail !== '' ? (
            <>
              {' '}
              <span className="mono">({detail})</span>
            </>
          ) : null}
        </p>
        {advice === undefined ? null : <p className="finding-advice">{advice}</p>}
      </div>
      {tookMs === null || outcome === 'skipped' || outcome === 'running' ? null : (
        <span className="finding-time muted tabular">{format.span(tookMs)}</span>
      )}
    </li>
  )
}, isSameProps)

function isSameProps(before: FindingRowProps, after: FindingRowProps): boolean {
  return isSameData(before, after)
}

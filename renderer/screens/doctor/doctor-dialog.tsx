/** The look at this device’s network: the verdict on top, what was found as it comes, and a report to pass on. */

import type { ReactNode } from 'react'
import type { DoctorView } from '#shared/api/doctor-views.ts'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Note } from '../../parts/notes.tsx'
import { Spinner } from '../../parts/progress.tsx'
import { errorText, useFormat, useText } from '../../text/text-context.tsx'
import { adviceFor, verdictWords } from './doctor-words.ts'
import { FindingRow } from './finding-row.tsx'
import { useExamination, type Examination } from './use-examination.ts'
import './doctor.css'

export function DoctorDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const text = useText()
  const examination = useExamination()
  const { view, state, start, stop } = examination
  const words = text.doctor
  const isRunning = state === 'running'
  return (
    <Dialog
      title={words.title}
      size="large"
      onClose={onClose}
      actions={
        <>
          <Button onPress={isRunning ? stop : start}>{isRunning ? words.stop : words.again}</Button>
          <Button kind="primary" onPress={onClose}>
            {text.common.close}
          </Button>
        </>
      }
    >
      {/* Said once when it changes; the findings are read when a person goes there. */}
      <div role="status">
        <Outcome examination={examination} />
      </div>
      {view.findings.length === 0 ? null : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the way of the keyboard into what scrolls
        <ul className="findings" aria-label={words.findings} tabIndex={0}>
          {view.findings.map((finding) => (
            <FindingRow
              key={`${finding.check} ${finding.subject ?? ''}`}
              finding={finding}
              advice={adviceFor(finding, view.findings, text)}
              isOver={!isRunning}
            />
          ))}
        </ul>
      )}
      <Report report={view.report} />
    </Dialog>
  )
}

function Outcome({ examination }: { readonly examination: Examination }): ReactNode {
  const text = useText()
  const { view, state, error } = examination
  const verdict = verdictWords(view, text)
  if (verdict !== undefined) {
    return (
      <div className={`verdict verdict-${verdict.tone}`}>
        <p className="verdict-words">{verdict.words}</p>
        {verdict.help === undefined ? null : <p>{verdict.help}</p>}
      </div>
    )
  }
  if (state === 'failed') return <Note tone="bad">{errorText(text, error ?? 'internal')}</Note>
  if (state !== 'running') return <Note tone="info">{text.doctor.stopped}</Note>
  return <Progress findings={view.findings} />
}

function Progress({ findings }: Pick<DoctorView, 'findings'>): ReactNode {
  const text = useText()
  const format = useFormat()
  const done = findings.filter(({ outcome }) => outcome !== 'running').length
  return (
    <div className="verdict">
      <p className="verdict-running">
        <Spinner label={text.common.loading} />
        <span>{text.doctor.running}</span>
        {findings.length === 0 ? null : (
          <span className="muted tabular" aria-hidden="true">
            {text.doctor.progress(format.count(done), format.count(findings.length))}
          </span>
        )}
      </p>
    </div>
  )
}

function Report({ report }: { readonly report: string | null }): ReactNode {
  const text = useText()
  if (report === null) return null
  const words = text.doctor
  return (
    <section className="report" aria-label={words.report}>
      <div className="report-head">
        <div>
          <h3>{words.report}</h3>
          <p className="muted">{words.reportWords}</p>
        </div>
        <CopyButton value={report} label={words.copyReport} />
      </div>
      {/* A field, so that a keyboard gets there, scrolls and selects. */}
      <textarea
        className="report-text mono scroll"
        readOnly
        rows={8}
        value={report}
        aria-label={words.report}
      />
    </section>
  )
}

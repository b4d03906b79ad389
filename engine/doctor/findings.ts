/** The findings of one examination while they come in: one row per check and server, in the order of the checks. */

import { DoctorCheck, type DoctorFinding, type DoctorOutcome } from '#shared/api/doctor-views.ts'
import { toAppError, type AppError } from '#shared/errors.ts'
import { gradeOf, type Grade } from './verdict.ts'

export interface Result {
  readonly outcome: DoctorOutcome
  /** Where the outcome alone does not say how good it is. */
  readonly grade?: Grade
  readonly detail?: string | undefined
}

export class Findings {
  readonly #onChange: () => void
  #rows: readonly DoctorFinding[] = []

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get list(): DoctorFinding[] {
    return [...this.#rows]
  }

  /** After the last check: what still runs was not done, and what one check said is seen in the light of the others. */
  conclude(): void {
    // Somebody's refusal has come back: the server is not there, and the network lets UDP through.
    const isRefused = this.#rows.some(({ check, detail }) => check === 'stun' && detail === 'ECONNREFUSED')
    const isPublic = this.#rows.some(({ outcome }) => outcome === 'public')
    this.#rows = this.#rows.map((row) => {
      if (row.outcome === 'running') return { ...row, outcome: 'skipped' }
      // Where no router stands in the way, none need open a port.
      if (isPublic && row.check === 'port-mapping' && row.outcome === 'absent') {
        return { ...row, outcome: 'skipped', grade: null }
      }
      const isDoubtful = row.outcome === 'blocked' && isRefused
      return isDoubtful
        ? { ...row, outcome: 'failed', grade: gradeOf(row.check, 'failed'), error: 'turn.unreachable' }
        : row
    })
  }

  begin(check: DoctorCheck, subject: string | null = null): Row {
    let current: DoctorFinding = {
      check,
      subject,
      outcome: 'running',
      grade: null,
      detail: null,
      error: null,
      tookMs: null,
    }
    const startedMs = performance.now()
    this.#rows = [...this.#rows, current].sort((left, right) => orderOf(left.check) - orderOf(right.check))
    this.#onChange()
    return new Row((change) => {
      const next = { ...current, ...change, tookMs: Math.round(performance.now() - startedMs) }
      this.#rows = this.#rows.map((row) => (row === current ? next : row))
      current = next
      this.#onChange()
    }, check)
  }
}

/** One check under way. */
export class Row {
  readonly #change: (change: Partial<DoctorFinding>) => void
  readonly #check: DoctorCheck

  constructor(change: (change: Partial<DoctorFinding>) => void, check: DoctorCheck) {
    this.#change = change
    this.#check = check
  }

  settle({ outcome, grade, detail }: Result): void {
    this.#change({ outcome, grade: grade ?? gradeOf(this.#check, outcome), detail: detail ?? null })
  }

  fail({ code, detail }: Pick<AppError, 'code' | 'detail'>): void {
    this.#change({
      outcome: 'failed',
      grade: gradeOf(this.#check, 'failed'),
      detail: detail ?? null,
      error: code,
    })
  }

  /** Settles with what `examine` finds, or fails with what it throws. Rejects only with the signal's reason. */
  async run(examine: () => Promise<Result>, signal: AbortSignal): Promise<void> {
    try {
      const result = await examine()
      signal.throwIfAborted()
      this.settle(result)
    } catch (thrown) {
      signal.throwIfAborted()
      this.fail(toAppError(thrown))
    }
  }
}

function orderOf(check: DoctorCheck): number {
  return DoctorCheck.options.indexOf(check)
}

/** How much it matters beside others, and until when it is passed on. */

import { useState, type ReactNode } from 'react'
import type { SeedLimit, TransferPriority, TransferView } from '#shared/api/views.ts'
import { Select } from '../../parts/fields.tsx'
import { useToasts } from '../../parts/notes.tsx'
import { useChoice } from '../../parts/use-choice.ts'
import { useEngine } from '../../state/app-context.tsx'
import { useFormat, useText } from '../../text/text-context.tsx'
import { SeedLimitFields } from '../seed-limit-fields.tsx'
import './transfer-options.css'

const PRIORITIES: readonly TransferPriority[] = ['high', 'normal', 'low']

type SeedChoice = 'usual' | 'forever' | 'limited'
const SEED_CHOICES: readonly SeedChoice[] = ['usual', 'forever', 'limited']

export function TransferOptions({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const engine = useEngine()
  const words = text.details.options
  const { id } = view
  const [priority, choose] = useChoice(view.priority, (chosen) =>
    engine.call('transfer.prioritize', { id, priority: chosen }),
  )
  return (
    <div className="options">
      <div className="options-pair">
        <Select
          label={words.priority}
          value={priority}
          options={PRIORITIES.map((value) => ({ value, label: words.priorities[value] }))}
          onChange={choose}
        />
        {view.role === 'get' ? <Seeding view={view} /> : null}
      </div>
      <p className="field-hint">{words.priorityHint}</p>
    </div>
  )
}

function Seeding({ view }: { readonly view: TransferView }): ReactNode {
  const text = useText()
  const format = useFormat()
  const engine = useEngine()
  const toasts = useToasts()
  const words = text.details.options
  const { id, seed } = view
  const saved = choiceOf(view)
  /** A limit without numbers is none yet: the fields are shown for them. */
  const [isTyping, setTyping] = useState(false)
  const choice = isTyping && saved === 'forever' ? 'limited' : saved
  const save = (limit: SeedLimit | null): void => {
    engine.call('transfer.seedUntil', { id, limit }).catch(toasts.fail)
  }
  return (
    <div className="options-seeding">
      <Select
        label={words.seeding}
        value={choice}
        options={SEED_CHOICES.map((value) => ({ value, label: words.seedings[value] }))}
        onChange={(chosen) => {
          setTyping(chosen === 'limited')
          if (chosen === 'usual') save(null)
          else if (saved !== 'limited' || chosen === 'forever') save({ ratio: null, timeMs: null })
        }}
      />
      {choice === 'limited' ? <SeedLimitFields limit={seed.limit} onChange={save} /> : null}
      {view.finishedAtMs === null ? null : (
        <p className="field-hint tabular">
          {words.ratioNow(format.decimal(seed.ratio))}
          {seed.isReached ? ` ${words.reached}` : ''}
          {seed.endsAtMs === null ? '' : ` ${words.endsAt(format.dateTime(seed.endsAtMs))}`}
        </p>
      )}
    </div>
  )
}

function choiceOf({ seed }: TransferView): SeedChoice {
  if (!seed.isOwn) return 'usual'
  return seed.limit.ratio === null && seed.limit.timeMs === null ? 'forever' : 'limited'
}

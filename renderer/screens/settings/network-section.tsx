/** How devices find and reach each other: coordinator, route policy, servers, ports. */

import { useState, type ReactNode } from 'react'
import type { NetworkSettings, RoutePolicy } from '#shared/api/settings-views.ts'
import { toAppError } from '#shared/errors.ts'
import { Button } from '../../parts/button.tsx'
import { Note } from '../../parts/notes.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { errorText, useFormat, useText } from '../../text/text-context.tsx'
import { DraftField } from './draft-field.tsx'
import { PortRangeFields } from './port-range-fields.tsx'
import { ServerList } from './server-list.tsx'

const POLICIES: readonly RoutePolicy[] = ['automatic', 'direct', 'relay']

export function NetworkSection(): ReactNode {
  const engine = useEngine()
  const { network } = useApp().settings
  const save = (change: Partial<NetworkSettings>): Promise<unknown> =>
    engine.call('settings.change', { network: change })
  return (
    <>
      <CoordinatorGroup saved={network.coordinator} save={save} />
      <PolicyGroup
        policy={network.routePolicy}
        hasRelay={network.servers.some((server) => server.kind === 'turn' && server.isEnabled)}
        save={save}
      />
      <ServerList servers={network.servers} />
      <PortRangeFields saved={network.portRange} save={(portRange) => save({ portRange })} />
    </>
  )
}

type Save = (change: Partial<NetworkSettings>) => Promise<unknown>

function CoordinatorGroup({
  saved,
  save,
}: {
  readonly saved: string | null
  readonly save: Save
}): ReactNode {
  const text = useText()
  const format = useFormat()
  const engine = useEngine()
  const [result, setResult] = useState<{ readonly isGood: boolean; readonly words: string }>()
  const { isBusy, run } = useAction()
  const words = text.settings
  const test = (url: string): void =>
    run(async () => {
      setResult(undefined)
      try {
        const { roundTripMs } = await engine.call('coordinator.test', { url })
        setResult({ isGood: true, words: words.answersIn(format.milliseconds(roundTripMs)) })
      } catch (thrown) {
        setResult({ isGood: false, words: errorText(text, toAppError(thrown).code) })
      }
    })
  return (
    <section className="settings-group">
      <h2>{words.coordinator}</h2>
      <p className="settings-words">{words.coordinatorWords}</p>
      <DraftField
        label={words.coordinatorAddress}
        placeholder={words.coordinatorPlaceholder}
        hint={saved === null ? words.coordinatorEmpty : words.coordinatorFull}
        isMono
        saved={saved ?? ''}
        save={(typed) => {
          setResult(undefined)
          return save({ coordinator: typed.trim() === '' ? null : typed.trim() })
        }}
        action={
          <Button isDisabled={saved === null || isBusy} onPress={() => test(saved ?? '')}>
            {isBusy ? words.testing : words.test}
          </Button>
        }
      />
      {result === undefined ? null : <Note tone={result.isGood ? 'good' : 'bad'}>{result.words}</Note>}
    </section>
  )
}

interface PolicyGroupProps {
  readonly policy: RoutePolicy
  readonly hasRelay: boolean
  readonly save: Save
}

function PolicyGroup({ policy, hasRelay, save }: PolicyGroupProps): ReactNode {
  const text = useText()
  const { run } = useAction()
  const { routes } = text.settings
  const words = { automatic: routes.automaticWords, direct: routes.directWords, relay: routes.relayWords }
  return (
    <section className="settings-group">
      <h2 id="route-policy">{text.settings.route}</h2>
      <div className="policy" role="radiogroup" aria-labelledby="route-policy">
        {POLICIES.map((value) => (
          <label key={value} className="policy-card">
            <input
              type="radio"
              name="route-policy"
              className="policy-mark"
              value={value}
              aria-label={routes[value]}
              aria-describedby={`route-${value}`}
              checked={policy === value}
              onChange={() => run(() => save({ routePolicy: value }))}
            />
            <span>
              <span className="policy-name">{routes[value]}</span>
              <span className="policy-words" id={`route-${value}`}>
                {words[value]}
              </span>
            </span>
          </label>
        ))}
      </div>
      {policy === 'relay' && !hasRelay ? <Note tone="warn">{text.settings.relayMissing}</Note> : null}
    </section>
  )
}

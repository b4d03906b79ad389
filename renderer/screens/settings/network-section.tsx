/** How devices find and reach each other: coordinator, route policy, servers, router, proxy, ports. */

import { useRef, useState, type ReactNode } from 'react'
import type { NetworkSettings, RoutePolicy } from '#shared/api/settings-views.ts'
import { toAppError } from '#shared/errors.ts'
import { MAX_LANES_PER_PEER } from '#shared/swarm/lane-limits.ts'
import { NumberField } from '../../parts/fields.tsx'
import { Button } from '../../parts/button.tsx'
import { Note } from '../../parts/notes.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useChoice } from '../../parts/use-choice.ts'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { errorText, useFormat, useText } from '../../text/text-context.tsx'
import { DoctorGroup } from './doctor-group.tsx'
import { DraftField } from './draft-field.tsx'
import { PortRangeFields } from './port-range-fields.tsx'
import { ServerList } from './server-list.tsx'
import { SettingSwitch } from './setting-switch.tsx'

const POLICIES: readonly RoutePolicy[] = ['automatic', 'direct', 'relay']

export function NetworkSection(): ReactNode {
  const engine = useEngine()
  const { network } = useApp().settings
  const save = (change: Partial<NetworkSettings>): Promise<unknown> =>
    engine.call('settings.change', { network: change })
  return (
    <>
      <DoctorGroup />
      <CoordinatorGroup saved={network.coordinator} save={save} />
      <PolicyGroup
        policy={network.routePolicy}
        hasRelay={network.servers.some((server) => server.kind === 'turn' && server.isEnabled)}
        save={save}
      />
      <ServerList servers={network.servers} />
      <RouterGroup isOn={network.portMapping} save={save} />
      <TlsGroup isOn={network.tlsLanes} save={save} />
      <ProxyGroup saved={network.proxy} save={save} />
      <LanesGroup saved={network.maxLanes} save={save} />
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
  const [result, setResult] = useState<TestResult>()
  const { isBusy, run } = useAction()
  const words = text.settings
  /** Counts what was asked and changed: an answer about another address than the one in sight is not shown. */
  const asked = useRef(0)
  const forget = (): void => {
    asked.current++
    setResult(undefined)
  }
  const test = (url: string): void =>
    run(async () => {
      forget()
      const number = asked.current
      const answer = await engine.call('coordinator.test', { url }).then(
        ({ roundTripMs }) => ({ isGood: true, words: words.answersIn(format.milliseconds(roundTripMs)) }),
        (thrown: unknown) => ({ isGood: false, words: errorText(text, toAppError(thrown).code) }),
      )
      if (number === asked.current) setResult(answer)
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
        save={(typed) => save({ coordinator: typed.trim() === '' ? null : typed.trim() })}
        onType={forget}
        action={(typed) => (
          <Button isDisabled={typed.trim() === '' || isBusy} onPress={() => test(typed.trim())}>
            {isBusy ? words.testing : words.test}
          </Button>
        )}
      />
      {result === undefined ? null : <Note tone={result.isGood ? 'good' : 'bad'}>{result.words}</Note>}
    </section>
  )
}

interface TestResult {
  readonly isGood: boolean
  readonly words: string
}

function RouterGroup({ isOn, save }: { readonly isOn: boolean; readonly save: Save }): ReactNode {
  const words = useText().settings
  return (
    <section className="settings-group">
      <h2>{words.router}</h2>
      <SettingSwitch
        label={words.portMapping}
        hint={words.portMappingHint}
        saved={isOn}
        save={(portMapping) => save({ portMapping })}
      />
    </section>
  )
}

function TlsGroup({ isOn, save }: { readonly isOn: boolean; readonly save: Save }): ReactNode {
  const words = useText().settings
  return (
    <section className="settings-group">
      <h2>{words.tls}</h2>
      <SettingSwitch
        label={words.tlsLanes}
        hint={words.tlsLanesHint}
        saved={isOn}
        save={(tlsLanes) => save({ tlsLanes })}
      />
    </section>
  )
}

function LanesGroup({ saved, save }: { readonly saved: number; readonly save: Save }): ReactNode {
  const words = useText().settings
  const { run } = useAction()
  return (
    <section className="settings-group">
      <h2>{words.lanes}</h2>
      <NumberField
        label={words.lanesLabel}
        hint={words.lanesHint}
        value={saved}
        min={1}
        max={MAX_LANES_PER_PEER}
        onChange={(count) => {
          if (!Number.isNaN(count)) run(() => save({ maxLanes: Math.round(count) }))
        }}
      />
    </section>
  )
}

function ProxyGroup({ saved, save }: { readonly saved: string | null; readonly save: Save }): ReactNode {
  const words = useText().settings
  return (
    <section className="settings-group">
      <h2>{words.proxy}</h2>
      <p className="settings-words">{words.proxyWords}</p>
      <DraftField
        label={words.proxyAddress}
        placeholder={words.proxyPlaceholder}
        hint={saved === null ? words.proxyEmpty : words.proxyFull}
        isMono
        saved={saved ?? ''}
        save={(typed) => save({ proxy: typed.trim() === '' ? null : typed.trim() })}
      />
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
  const [chosen, choose] = useChoice(policy, (routePolicy) => save({ routePolicy }))
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
              checked={chosen === value}
              onChange={() => choose(value)}
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
      {chosen === 'relay' && !hasRelay ? <Note tone="warn">{text.settings.relayMissing}</Note> : null}
    </section>
  )
}

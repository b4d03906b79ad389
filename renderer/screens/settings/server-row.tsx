/** One server of the list: what it is, whether it is used, and whether it works. */

import { useEffect, useRef, type ReactNode } from 'react'
import { ArrowDown, ArrowUp, Pencil, Trash2 } from 'lucide-react'
import { Switch as AriaSwitch } from 'react-aria-components'
import type { IceServerView } from '#shared/api/settings-views.ts'
import { Button } from '../../parts/button.tsx'
import { ActionMenu } from '../../parts/menu.tsx'
import { useChoice } from '../../parts/use-choice.ts'
import { useEngine } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { ServerProbe, useProbe } from './server-probe.tsx'

interface ServerRowProps {
  readonly server: IceServerView
  readonly isFirst: boolean
  readonly isLast: boolean
  readonly testRound: number
  readonly onEdit: () => void
  readonly onRemove: () => void
  readonly onMove: (step: 1 | -1) => void
}

export function ServerRow(props: ServerRowProps): ReactNode {
  const { server, isFirst, isLast, testRound, onEdit, onRemove, onMove } = props
  const text = useText()
  const engine = useEngine()
  const probe = useProbe()
  const round = useRef(testRound)
  useEffect(() => {
    if (round.current === testRound) return
    round.current = testRound
    probe.start({ id: server.id })
  }, [probe, server.id, testRound])
  const words = text.settings
  const { id, url, username, isEnabled, use } = server
  const [isOn, choose] = useChoice(isEnabled, (isWanted) =>
    engine.call('server.change', { id, isEnabled: isWanted, draft: { url, username } }),
  )
  return (
    <li className={isEnabled ? 'server' : 'server server-is-off'}>
      <div className="server-main">
        <div className="server-words">
          <div className="server-top">
            <span className="server-kind">{server.kind.toUpperCase()}</span>
            <span className="mono truncate" title={url}>
              {url}
            </span>
          </div>
          <div className="server-foot">
            <span className={`server-use-${use}`}>{words.use[use]}</span>
            {use === 'off' ? null : <span>{words.useHint[use]}</span>}
            {username === '' ? null : (
              <span>
                {words.user}: {username}
              </span>
            )}
          </div>
        </div>
        <div className="server-actions">
          <AriaSwitch
            className="switch server-switch"
            aria-label={words.isOn(url)}
            isSelected={isOn}
            onChange={choose}
          >
            <span className="switch-track" aria-hidden="true">
              <span className="switch-thumb" />
            </span>
          </AriaSwitch>
          <Button onPress={() => (probe.isRunning ? probe.cancel() : probe.start({ id }))}>
            {probe.isRunning ? text.common.cancel : words.test}
          </Button>
          <ActionMenu
            label={`${text.common.more}: ${url}`}
            actions={[
              { id: 'edit', label: text.common.edit, icon: <Pencil aria-hidden="true" />, run: onEdit },
              {
                id: 'up',
                label: words.moveUp,
                icon: <ArrowUp aria-hidden="true" />,
                isDisabled: isFirst,
                run: () => onMove(-1),
              },
              {
                id: 'down',
                label: words.moveDown,
                icon: <ArrowDown aria-hidden="true" />,
                isDisabled: isLast,
                run: () => onMove(1),
              },
              {
                id: 'remove',
                label: text.common.remove,
                icon: <Trash2 aria-hidden="true" />,
                isDanger: true,
                run: onRemove,
              },
            ]}
          />
        </div>
      </div>
      <ServerProbe probe={probe} />
    </li>
  )
}

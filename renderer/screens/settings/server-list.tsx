/** The person's own STUN and TURN servers, in the order in which they are preferred. */

import { useState, type ReactNode } from 'react'
import { Plus } from 'lucide-react'
import type { IceServerView } from '#shared/api/settings-views.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useEngine } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'
import { ServerDialog } from './server-dialog.tsx'
import { ServerRow } from './server-row.tsx'

type Open =
  { readonly kind: 'new' } | { readonly kind: 'edit' | 'remove'; readonly server: IceServerView } | undefined

export function ServerList({ servers }: { readonly servers: readonly IceServerView[] }): ReactNode {
  const text = useText()
  const engine = useEngine()
  const { run } = useAction()
  const [open, setOpen] = useState<Open>()
  /** Counts up: every row tests its server. */
  const [testRound, setTestRound] = useState(0)
  const words = text.settings
  return (
    <section className="settings-group">
      <div className="settings-heading">
        <h2>{words.servers}</h2>
        <div className="settings-line">
          {servers.length > 1 ? (
            <Button onPress={() => setTestRound((round) => round + 1)}>{words.testAll}</Button>
          ) : null}
          <Button icon={<Plus aria-hidden="true" />} onPress={() => setOpen({ kind: 'new' })}>
            {words.addServer}
          </Button>
        </div>
      </div>
      <p className="settings-words">{words.serversWords}</p>
      {servers.length === 0 ? (
        <p className="settings-none">{words.serversNone}</p>
      ) : (
        <ul className="server-list">
          {servers.map((server, i) => (
            <ServerRow
              key={server.id}
              server={server}
              isFirst={i === 0}
              isLast={i === servers.length - 1}
              testRound={testRound}
              onEdit={() => setOpen({ kind: 'edit', server })}
              onRemove={() => setOpen({ kind: 'remove', server })}
              onMove={(step) => run(() => engine.call('server.move', { id: server.id, position: i + step }))}
            />
          ))}
        </ul>
      )}
      {open?.kind === 'new' ? <ServerDialog onClose={() => setOpen(undefined)} /> : null}
      {open?.kind === 'edit' ? (
        <ServerDialog server={open.server} onClose={() => setOpen(undefined)} />
      ) : null}
      {open?.kind === 'remove' ? (
        <Confirm
          title={words.removeServer}
          confirm={text.common.remove}
          isDanger
          onConfirm={() => run(() => engine.call('server.remove', { id: open.server.id }))}
          onClose={() => setOpen(undefined)}
        >
          {words.removeServerWords(open.server.url)}
        </Confirm>
      ) : null}
    </section>
  )
}

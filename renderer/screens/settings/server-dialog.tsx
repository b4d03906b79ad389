/** A new server, or a saved one that is edited. It can be tested before it is saved. */

import { useState, type ReactNode } from 'react'
import type { IceServerDraft, IceServerView } from '#shared/api/settings-views.ts'
import { toAppError } from '#shared/errors.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/fields.tsx'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { errorText, useText } from '../../text/text-context.tsx'
import { ServerProbe, useProbe } from './server-probe.tsx'

interface ServerDialogProps {
  /** Absent: a new one. */
  readonly server?: IceServerView
  readonly onClose: () => void
}

export function ServerDialog({ server, onClose }: ServerDialogProps): ReactNode {
  const text = useText()
  const engine = useEngine()
  const { capabilities } = useApp()
  const probe = useProbe()
  const [url, setUrl] = useState(server?.url ?? '')
  const [username, setUsername] = useState(server?.username ?? '')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string>()
  const [isSaving, setIsSaving] = useState(false)
  const words = text.settings
  const isStun = /^\s*stuns?:/i.test(url)
  const draft: IceServerDraft = {
    url: url.trim(),
    username: isStun ? '' : username,
    // Left out: as it was.
    ...(password === '' && server !== undefined ? {} : { password: isStun ? '' : password }),
  }
  /** What was found out is about what stood there before. */
  const typing =
    (set: (value: string) => void) =>
    (value: string): void => {
      set(value)
      setError(undefined)
      probe.cancel()
    }
  const save = (): void => {
    setIsSaving(true)
    const saving: Promise<unknown> =
      server === undefined
        ? engine.call('server.add', draft)
        : engine.call('server.change', { id: server.id, draft, isEnabled: server.isEnabled })
    saving.then(onClose, (thrown: unknown) => {
      const { code, detail } = toAppError(thrown)
      setError(`${errorText(text, code)}${detail === undefined ? '' : ` (${detail})`}`)
      setIsSaving(false)
    })
  }
  return (
    <Dialog
      title={server === undefined ? words.newServer : words.editServer}
      onClose={onClose}
      actions={
        <>
          <Button
            isDisabled={url.trim() === ''}
            onPress={() =>
              probe.isRunning
                ? probe.cancel()
                : probe.start({ draft, ...(server === undefined ? {} : { savedAs: server.id }) })
            }
          >
            {probe.isRunning ? text.common.cancel : words.test}
          </Button>
          <Button kind="primary" isDisabled={url.trim() === '' || isSaving} onPress={save}>
            {text.common.save}
          </Button>
        </>
      }
    >
      <TextField
        label={words.url}
        hint={words.urlHint}
        isMono
        autoFocus
        value={url}
        error={error}
        onChange={typing(setUrl)}
      />
      {isStun ? null : (
        <>
          <TextField
            label={words.user}
            isMono
            value={username}
            autoComplete="off"
            onChange={typing(setUsername)}
          />
          <TextField
            label={words.password}
            type="password"
            autoComplete="off"
            value={password}
            onChange={typing(setPassword)}
            {...(server?.hasPassword === true ? { placeholder: words.passwordKept } : {})}
            hint={capabilities.secrets === 'system' ? words.passwordSystem : words.passwordFile}
          />
        </>
      )}
      <ServerProbe probe={probe} />
    </Dialog>
  )
}

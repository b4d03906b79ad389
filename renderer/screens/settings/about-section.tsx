/** What this is, and whether there is a newer one. */

import type { ReactNode } from 'react'
import { Button } from '../../parts/button.tsx'
import { Logo } from '../../parts/logo.tsx'
import { Note } from '../../parts/notes.tsx'
import { Progress } from '../../parts/progress.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useApp, useEngine } from '../../state/app-context.tsx'
import { useText } from '../../text/text-context.tsx'

export function AboutSection(): ReactNode {
  const text = useText()
  const engine = useEngine()
  const { version, capabilities, update } = useApp()
  const { isBusy, run } = useAction()
  const words = text.settings
  return (
    <section className="settings-group">
      <div className="about-head">
        <Logo size={56} />
        <div>
          <h2>{text.common.product}</h2>
          <p className="muted tabular">{words.version(version)}</p>
        </div>
      </div>
      <p>{words.aboutWords}</p>
      <p className="settings-words">{words.licence}</p>
      {update === null ? null : (
        <>
          <Note tone={update.state === 'failed' ? 'bad' : 'info'}>
            {update.state === 'failed' ? words.updates.failed : words.updates[update.state](update.version)}
          </Note>
          {update.state === 'downloading' ? (
            <Progress label={words.updates.downloading(update.version)} share={update.progress} />
          ) : null}
        </>
      )}
      {capabilities.updates ? (
        <div className="settings-line">
          {update?.state === 'available' || update?.state === 'failed' ? (
            <Button
              kind="primary"
              isDisabled={isBusy}
              onPress={() => run(() => engine.call('update.download', {}))}
            >
              {words.download}
            </Button>
          ) : null}
          {update?.state === 'ready' ? (
            <Button
              kind="primary"
              isDisabled={isBusy}
              onPress={() => run(() => engine.call('update.install', {}))}
            >
              {words.install}
            </Button>
          ) : null}
          <Button isDisabled={isBusy} onPress={() => run(() => engine.call('update.check', {}))}>
            {words.checkNow}
          </Button>
        </div>
      ) : null}
    </section>
  )
}

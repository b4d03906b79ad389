/** From nothing to a window: connects, logs in where that is needed, waits for the first snapshot. */

import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { toAppError } from '#shared/errors.ts'
import { ReconnectingEngine } from './connection/engine.ts'
import { LoginNeeded, openRemote } from './connection/open-remote.ts'
import { AppFrame } from './screens/app-frame.tsx'
import { Login } from './screens/login.tsx'
import { Waiting } from './screens/waiting.tsx'
import { AppProvider, useMaybeApp } from './state/app-context.tsx'
import { Mirror } from './state/mirror.ts'
import { ToastProvider } from './parts/notes.tsx'
import { TextProvider } from './text/text-context.tsx'

type Need = { readonly login: 'token' | 'password' } | { readonly failure: string } | undefined

export function Root(): ReactNode {
  const [need, setNeed] = useState<Need>()
  const [attempt, setAttempt] = useState(0)
  const access = useMemo(() => {
    const mirror = new Mirror()
    const engine = new ReconnectingEngine(openRemote, (remote) => {
      // Ends with the connection; the next one watches anew.
      remote
        .stream('app.watch', {}, (event) => mirror.take(event), new AbortController().signal)
        .catch((thrown: unknown) => {
          const { code } = toAppError(thrown)
          if (code === 'api.protocol') setNeed({ failure: code })
          else remote.close()
        })
    })
    return { mirror, engine }
  }, [])
  useEffect(() => {
    const stopping = new AbortController()
    access.engine.run(stopping.signal).catch((thrown: unknown) => {
      setNeed(thrown instanceof LoginNeeded ? { login: thrown.state } : { failure: toAppError(thrown).code })
    })
    return () => stopping.abort()
  }, [access, attempt])
  const again = (): void => {
    setNeed(undefined)
    setAttempt((count) => count + 1)
  }
  return (
    <AppProvider value={access}>
      <Dressed>
        {need === undefined ? (
          <Started />
        ) : 'login' in need ? (
          <Login state={need.login} onDone={again} />
        ) : (
          <Waiting failure={need.failure} />
        )}
      </Dressed>
    </AppProvider>
  )
}

function Started(): ReactNode {
  return useMaybeApp() === undefined ? <Waiting /> : <AppFrame />
}

/** Language and theme: the system's until the settings are known. */
function Dressed({ children }: { readonly children: ReactNode }): ReactNode {
  const general = useMaybeApp()?.settings.general
  const theme = general?.theme ?? 'system'
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
  }, [theme])
  return (
    <TextProvider language={general?.language ?? 'system'}>
      <ToastProvider>{children}</ToastProvider>
    </TextProvider>
  )
}

/** A page of `beeline serve` that is not let in yet. */

import { useState, type ReactNode } from 'react'
import { toAppError } from '#shared/errors.ts'
import { logIn } from '../connection/session.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/fields.tsx'
import { Logo } from '../parts/logo.tsx'
import { errorText, useText } from '../text/text-context.tsx'
import './settings/settings.css'

interface LoginProps {
  readonly state: 'token' | 'password'
  readonly onDone: () => void
}

export function Login({ state, onDone }: LoginProps): ReactNode {
  const text = useText()
  const words = text.settings
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setIsBusy] = useState(false)
  const isPassword = state === 'password'
  const go = async (): Promise<void> => {
    setIsBusy(true)
    try {
      const answer = await logIn(isPassword ? { password: typed } : { token: tokenIn(typed) })
      if (answer === 'in') onDone()
      else setError(answer === 'wrong' ? words.loginWrong : words.loginTooMany)
    } catch (thrown) {
      setError(errorText(text, toAppError(thrown).code))
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <main className="login">
      <form
        className="login-card"
        onSubmit={(event) => {
          event.preventDefault()
          if (typed !== '' && !isBusy) void go()
        }}
      >
        <Logo size={44} />
        <h1>{words.login}</h1>
        <p className="muted">{isPassword ? words.loginPassword : words.loginToken}</p>
        <TextField
          label={isPassword ? words.password : words.loginPaste}
          type={isPassword ? 'password' : 'text'}
          autoFocus
          isMono={!isPassword}
          autoComplete={isPassword ? 'current-password' : 'off'}
          value={typed}
          error={error}
          onChange={(value) => {
            setTyped(value)
            setError(undefined)
          }}
        />
        <Button kind="primary" type="submit" isDisabled={typed === '' || isBusy}>
          {words.loginGo}
        </Button>
      </form>
    </main>
  )
}

/** The whole address, or only its token. */
function tokenIn(pasted: string): string {
  return /token=([A-Za-z0-9_-]+)/.exec(pasted)?.[1] ?? pasted.trim()
}

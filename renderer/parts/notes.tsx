/** Short messages that come and go, and the boxes that stay where something is to be known. */

import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react'
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react'
import { toAppError } from '#shared/errors.ts'
import { errorText, useText } from '../text/text-context.tsx'
import { IconButton } from './button.tsx'
import './notes.css'

export type Tone = 'info' | 'good' | 'warn' | 'bad'

const ICONS: Readonly<Record<Tone, ReactNode>> = {
  info: <Info aria-hidden="true" />,
  good: <CircleCheck aria-hidden="true" />,
  warn: <TriangleAlert aria-hidden="true" />,
  bad: <CircleAlert aria-hidden="true" />,
}

/** A box within a page. */
export function Note({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }): ReactNode {
  return (
    <div className={`note note-${tone}`} role={tone === 'bad' ? 'alert' : 'note'}>
      {ICONS[tone]}
      <div className="note-body">{children}</div>
    </div>
  )
}

interface Toast {
  readonly id: number
  readonly tone: Tone
  readonly words: string
}

interface Toasts {
  /** Says something for a few seconds. */
  readonly say: (words: string, tone?: Tone) => void
  /** Says what failed, in the person's language; nothing for what was stopped on purpose. */
  readonly fail: (thrown: unknown) => void
}

const ToastContext = createContext<Toasts | undefined>(undefined)

/** Long enough to read two lines; errors stay until they are dismissed. Milliseconds. */
const TOAST_MS = 5000
const MAX_TOASTS = 4

export function ToastProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const text = useText()
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const lastId = useRef(0)
  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), [])
  const say = useCallback(
    (words: string, tone: Tone = 'info') => {
      const id = ++lastId.current
      setToasts((all) =>
        [...all.filter((toast) => toast.words !== words), { id, tone, words }].slice(-MAX_TOASTS),
      )
      if (tone !== 'bad') setTimeout(() => dismiss(id), TOAST_MS)
    },
    [dismiss],
  )
  const value = useMemo(
    (): Toasts => ({
      say,
      fail: (thrown) => {
        const { code } = toAppError(thrown)
        if (code !== 'transfer.stopped') say(errorText(text, code), 'bad')
      },
    }),
    [say, text],
  )
  return (
    <ToastContext value={value}>
      {children}
      <section className="toasts" aria-label={text.common.notifications} aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} className={`toast note-${toast.tone}`}>
            {ICONS[toast.tone]}
            <span className="note-body">{toast.words}</span>
            <IconButton label={text.common.dismiss} onPress={() => dismiss(toast.id)}>
              <X aria-hidden="true" />
            </IconButton>
          </div>
        ))}
      </section>
    </ToastContext>
  )
}

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext)
  if (toasts === undefined) throw new Error('used outside ToastProvider')
  return toasts
}

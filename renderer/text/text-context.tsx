/** The window's language: texts, formats, and what React Aria says by itself. */

import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { I18nProvider } from 'react-aria-components'
import type { Language } from '#shared/api/settings-views.ts'
import { isErrorCode } from '#shared/errors.ts'
import { createFormat, type Format } from './format.ts'
import { localeFor } from './locale.ts'
import { english, type Messages } from './messages.ts'

interface Texts {
  readonly language: 'en' | 'ko'
  readonly text: Messages
  readonly format: Format
}

const TextContext = createContext<Texts | undefined>(undefined)

export function TextProvider(props: {
  readonly language: Language
  readonly children: ReactNode
}): ReactNode {
  const { language, children } = props
  const chosen = useMemo(() => localeFor(language, navigator.languages), [language])
  const messages = useMessages(chosen.language)
  const value = useMemo(
    (): (Texts & { locale: string }) | undefined =>
      messages === undefined
        ? undefined
        : { ...messages, locale: chosen.locale, format: createFormat(chosen.locale) },
    [chosen.locale, messages],
  )
  useEffect(() => {
    if (value !== undefined) document.documentElement.lang = value.language
  }, [value])
  if (value === undefined) return null
  return (
    <I18nProvider locale={value.locale}>
      <TextContext value={value}>{children}</TextContext>
    </I18nProvider>
  )
}

const ENGLISH = { language: 'en', text: english } as const

/**
 * English is part of the page; another language is fetched by those who read it. Meanwhile the last language stays;
 * undefined while there is none. What cannot be fetched is English.
 */
function useMessages(language: Texts['language']): Pick<Texts, 'language' | 'text'> | undefined {
  const [fetched, setFetched] = useState<Pick<Texts, 'language' | 'text'>>()
  useEffect(() => {
    if (language === 'en') return undefined
    let isWanted = true
    const settle = (messages: Pick<Texts, 'language' | 'text'>): void => {
      if (isWanted) setFetched(messages)
    }
    import('./korean.ts').then(
      ({ korean }) => settle({ language: 'ko', text: korean }),
      () => settle(ENGLISH),
    )
    return () => {
      isWanted = false
    }
  }, [language])
  // The last language: English, unless Korean is chosen and only on its way.
  return language === 'en' ? ENGLISH : fetched
}

function useTexts(): Texts {
  const texts = useContext(TextContext)
  if (texts === undefined) throw new Error('used outside TextProvider')
  return texts
}

export function useText(): Messages {
  return useTexts().text
}

export function useFormat(): Format {
  return useTexts().format
}

/** Advice for the person. */
export function errorText(text: Messages, code: string): string {
  return isErrorCode(code) ? text.errors[code] : text.errors.internal
}

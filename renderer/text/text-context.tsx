/** The window's language: texts, formats, and what React Aria says by itself. */

import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react'
import { I18nProvider } from 'react-aria-components'
import type { Language } from '#shared/api/settings-views.ts'
import { isErrorCode } from '#shared/errors.ts'
import { createFormat, type Format } from './format.ts'
import { localeFor } from './locale.ts'
import { korean } from './korean.ts'
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
  const value = useMemo((): Texts & { locale: string } => {
    const chosen = localeFor(language, navigator.languages)
    return {
      ...chosen,
      text: chosen.language === 'ko' ? korean : english,
      format: createFormat(chosen.locale),
    }
  }, [language])
  useEffect(() => {
    document.documentElement.lang = value.language
  }, [value.language])
  return (
    <I18nProvider locale={value.locale}>
      <TextContext value={value}>{children}</TextContext>
    </I18nProvider>
  )
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
